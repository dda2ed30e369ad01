"""The bill of materials (SBOM) as CycloneDX 1.6 JSON; the same components give the same bytes."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from release.components import Component

SPECIFICATION = "1.6"
CHOSEN = {"LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only": "LGPL-3.0-only"}


def bill(components: Sequence[Component], version: str, epoch: int) -> str:
    """Return the bill of everything shipped, dated by the commit (`epoch`, in seconds since 1970)."""
    own = [component for component in components if component.name == "medapp"]
    others = [component for component in components if component.name != "medapp"]
    top = _entry(own[0]) if own else {"type": "application", "name": "medapp", "version": version}
    content = json.dumps([_entry(component) for component in others], sort_keys=True)
    document = {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPECIFICATION}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPECIFICATION,
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {**top, "type": "application"},
        },
        "components": [_entry(component) for component in others],
        "dependencies": [
            {"ref": top.get("bom-ref", "medapp"), "dependsOn": sorted(component.purl for component in others)}
        ],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _entry(component: Component) -> dict[str, Any]:
    licence = CHOSEN.get(component.licence, component.licence)
    named = [{"license": {"name": licence}}] if "LicenseRef-" in licence else [{"expression": licence}]
    return {
        "type": "library",
        "bom-ref": component.purl,
        "name": component.name,
        "version": component.version,
        "purl": component.purl,
        "licenses": named,
    }
