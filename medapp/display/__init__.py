"""Display: viewport, rendering, overlays, as pure functions on arrays. Knows neither Qt nor torch."""
