"""Reference files: the same picture in several encodings must come out the same, or within the bound stated here.

A row is: file, the file it must equal, frame (from 0), largest and mean difference of the values, what the row proves.
Bounds of lossy files are what their encoders left, measured with imagecodecs 2026.3 and rounded up.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from medapp.imaging.opening import load
from tests.imaging.synthetic import LIMITS

# readers silence the warnings of pydicom, which quote values
pytestmark = [pytest.mark.data, pytest.mark.filterwarnings("ignore::UserWarning")]

D, P = "pydicom-data/", "pydicom/"
MULTI, SINGLE = "dicomParser/encapsulated/multi-frame/", "dicomParser/encapsulated/single-frame/"
RGB = D + "SC_rgb.dcm"
CT0012, IM00001 = MULTI + "CT0012.explicit_little_endian.dcm", MULTI + "IM00001.implicit_little_endian.dcm"
PATTERN = "cornerstone3D/TestPattern_RGB.dcm"

EQUAL = [
    (D + "693_J2KR.dcm", D + "693_UNCR.dcm", 0, "JPEG 2000 reversible, signed, 14 of 16 bits"),
    (P + "693_J2KI.dcm", D + "693_UNCI.dcm", 0, "JPEG 2000 irreversible: our decoder agrees with another's result"),
    (D + "MR2_J2KR.dcm", D + "MR2_UNCR.dcm", 0, "JPEG 2000 reversible, 12 bits"),
    (D + "US1_J2KR.dcm", D + "US1_UNCR.dcm", 0, "JPEG 2000 with reversible colour transform, converted once"),
    (P + "examples_jpeg2k.dcm", D + "US1_UNCR.dcm", 0, "YBR_RCT: the codec converts, we do not"),
    (D + "SC_rgb_expb.dcm", RGB, 0, "big endian, 8 bits"),
    (D + "SC_rgb_16bit.dcm", RGB, 0, "colour of 16 bits"),
    (D + "SC_rgb_expb_16bit.dcm", RGB, 0, "colour of 16 bits, big endian"),
    (D + "SC_rgb_32bit.dcm", RGB, 0, "colour of 32 bits"),
    (D + "SC_rgb_expb_32bit_2frame.dcm", D + "SC_rgb_32bit_2frame.dcm", 1, "colour of 32 bits, second frame"),
    (P + "SC_rgb_rle.dcm", RGB, 0, "RLE colour"),
    (P + "SC_rgb_rle_16bit_2frame.dcm", D + "SC_rgb_16bit_2frame.dcm", 1, "RLE, two bytes a value, second frame"),
    (P + "SC_rgb_rle_32bit.dcm", RGB, 0, "RLE, four bytes a value"),
    (P + "SC_rgb_jpeg_gdcm.dcm", RGB, 0, "lossless JPEG colour, Adobe marker says RGB"),
    (P + "SC_rgb_gdcm_KY.dcm", RGB, 0, "JPEG 2000 lossless in a lossy transfer syntax"),
    (D + "SC_rgb_gdcm2k_uncompressed.dcm", RGB, 0, "the reference of the file above"),
    (P + "SC_rgb_dcmtk_+eb+cr.dcm", D + "SC_rgb_dcmtk_ebcr_dcmd.dcm", 0, "JPEG stored as RGB, Adobe transform 0"),
    (P + "SC_rgb_jpeg.dcm", P + "SC_rgb_jpeg_dcmd.dcm", 0, "malformed Adobe marker: the tag decides"),
    (P + "SC_jpeg_no_color_transform.dcm", P + "SC_rgb_jpeg_dcmd.dcm", 0, "no marker at all: the tag decides"),
    (P + "SC_jpeg_no_color_transform_2.dcm", P + "SC_rgb_jpeg_app14_dcmd.dcm", 0, "Adobe transform 0: not converted"),
    (P + "SC_rgb_small_odd_big_endian.dcm", P + "SC_rgb_small_odd.dcm", 0, "odd number of bytes in big endian words"),
    (D + "OBXXXX1A_expb_2frame.dcm", D + "OBXXXX1A_2frame.dcm", 1, "OB is not swapped in big endian"),
    (D + "OBXXXX1A_rle_2frame.dcm", D + "OBXXXX1A_2frame.dcm", 1, "RLE, second frame"),
    (D + "emri_small_RLE.dcm", D + "emri_small.dcm", 9, "multi-frame RLE, last frame"),
    (D + "emri_small_big_endian.dcm", D + "emri_small.dcm", 9, "multi-frame big endian"),
    (D + "emri_small_jpeg_2k_lossless.dcm", D + "emri_small.dcm", 9, "multi-frame JPEG 2000"),
    (D + "emri_small_jpeg_ls_lossless.dcm", D + "emri_small.dcm", 9, "multi-frame JPEG-LS"),
    (D + "liver_deflate.dcm", D + "liver.dcm", 2, "one bit, deflated"),
    (D + "liver_expb.dcm", D + "liver.dcm", 2, "one bit, big endian"),
    (D + "liver_j2k.dcm", D + "liver.dcm", 2, "one bit in JPEG 2000"),
    (D + "liver_rle.dcm", D + "liver.dcm", 2, "one bit in RLE"),
    (D + "liver_nonbyte_aligned_deflate.dcm", D + "liver_nonbyte_aligned.dcm", 2, "frames that share bytes, deflated"),
    (D + "liver_nonbyte_aligned_rle.dcm", D + "liver_nonbyte_aligned.dcm", 2, "frames that share bytes, RLE"),
    (D + "color-px.dcm", D + "color-pl.dcm", 0, "planar and interleaved colour"),
    (D + "gdcm-US-ALOKA-16_big.dcm", D + "gdcm-US-ALOKA-16.dcm", 0, "palette of 16 bits, big endian"),
    (D + "JLSL_RGB_ILV1.dcm", D + "JLSL_RGB_ILV0.dcm", 0, "JPEG-LS interleaved by line and by plane"),
    (D + "JLSL_RGB_ILV2.dcm", D + "JLSL_RGB_ILV0.dcm", 0, "JPEG-LS interleaved by sample"),
    (P + "MR_small_RLE.dcm", P + "MR_small.dcm", 0, "RLE, signed 16 bits"),
    (P + "MR_small_bigendian.dcm", P + "MR_small.dcm", 0, "big endian"),
    (P + "MR_small_implicit.dcm", P + "MR_small.dcm", 0, "implicit value representations"),
    (P + "MR_small_jp2klossless.dcm", P + "MR_small.dcm", 0, "JPEG 2000"),
    (P + "MR_small_jpeg_ls_lossless.dcm", P + "MR_small.dcm", 0, "JPEG-LS"),
    (P + "MR_small_padded.dcm", P + "MR_small.dcm", 0, "bytes behind the data set"),
    (P + "rtdose_expb.dcm", P + "rtdose.dcm", 14, "32 bits, big endian, last frame"),
    (P + "rtdose_rle.dcm", P + "rtdose.dcm", 14, "32 bits in RLE"),
    ("cornerstone3D/TestPattern_JPEG-LS-Lossless.dcm", PATTERN, 0, "JPEG-LS colour"),
    ("cornerstone3D/TestPattern_JPEG-Lossless_RGB.dcm", PATTERN, 0, "lossless JPEG colour without markers"),
    (
        MULTI + "CT0012.fragmented_no_bot_jpeg_lossless.57.dcm",
        CT0012,
        1,
        "no table",
    ),
    (
        MULTI + "CT0012.fragmented_no_bot_jpeg_lossless.70.dcm",
        CT0012,
        1,
        "no table",
    ),
    (MULTI + "CT0012.fragmented_no_bot_jpeg_ls.80.dcm", CT0012, 1, "no table"),
    (
        MULTI + "CT0012.not_fragmented_bot_jpeg_ls.80.dcm",
        CT0012,
        1,
        "offset table",
    ),
    (MULTI + "CT0012.not_fragmented_no_bot_rle.dcm", CT0012, 1, "RLE, no table"),
    (MULTI + "CT0012.not_fragmented_bot_rle.dcm", CT0012, 1, "RLE, offset table"),
    (SINGLE + "CT1_UNC.fragmented_bot_jpeg_ls.80.dcm", SINGLE + "CT1_UNC.explicit_little_endian.dcm", 0, "fragments"),
    (
        SINGLE + "CT1_UNC.fragmented_no_bot_jpeg_ls.80.dcm",
        SINGLE + "CT1_UNC.explicit_little_endian.dcm",
        0,
        "fragments",
    ),
    ("dicomParser/CT1_UNC.explicit_big_endian.dcm", SINGLE + "CT1_UNC.explicit_little_endian.dcm", 0, "big endian CT"),
]

CT = "cornerstone3D/CTImage.dcm_"
PLAIN_CT = CT + "LittleEndianExplicitTransferSyntax_1.2.840.10008.1.2.1.dcm"
EQUAL += [
    (CT + "BigEndianExplicitTransferSyntax_1.2.840.10008.1.2.2.dcm", PLAIN_CT, 0, "big endian"),
    (CT + "DeflatedExplicitVRLittleEndianTransferSyntax_1.2.840.10008.1.2.1.99.dcm", PLAIN_CT, 0, "deflated"),
    (CT + "LittleEndianImplicitTransferSyntax_1.2.840.10008.1.2.dcm", PLAIN_CT, 0, "implicit"),
    (CT + "JPEG2000LosslessOnlyTransferSyntax_1.2.840.10008.1.2.4.90.dcm", PLAIN_CT, 0, "JPEG 2000"),
    (CT + "JPEGLSLosslessTransferSyntax_1.2.840.10008.1.2.4.80.dcm", PLAIN_CT, 0, "JPEG-LS"),
    (CT + "JPEGProcess14SV1TransferSyntax_1.2.840.10008.1.2.4.70.dcm", PLAIN_CT, 0, "JPEG lossless, predictor 1"),
    (CT + "JPEGProcess14TransferSyntax_1.2.840.10008.1.2.4.57.dcm", PLAIN_CT, 0, "JPEG lossless"),
    (CT + "RLELosslessTransferSyntax_1.2.840.10008.1.2.5.dcm", PLAIN_CT, 0, "RLE"),
    ("cornerstone3D/CTImage.dcm", PLAIN_CT, 0, "as it was before it was converted"),
    (P + "JPEG2000.dcm", D + "JPEG2000_UNC.dcm", 0, "JPEG 2000 irreversible, signed, by another decoder"),
    (D + "emri_small_jpeg_2k_lossless_too_short.dcm", D + "emri_small.dcm", 9, "pixel data without an end"),
    (P + "MR_small_expb.dcm", P + "MR_small.dcm", 0, "big endian"),
    (D + "liver_nonbyte_aligned_j2k.dcm", D + "liver_nonbyte_aligned.dcm", 2, "one bit in JPEG 2000, 510 columns"),
    (D + "SC_rgb_2frame.dcm", RGB, 0, "two frames"),
    (D + "SC_rgb_expb_2frame.dcm", D + "SC_rgb_2frame.dcm", 1, "two frames, big endian"),
    (D + "SC_rgb_expb_16bit_2frame.dcm", D + "SC_rgb_16bit_2frame.dcm", 1, "big endian, 16 bits, second frame"),
    (P + "SC_rgb_rle_2frame.dcm", D + "SC_rgb_2frame.dcm", 1, "RLE colour, second frame"),
    (P + "SC_rgb_rle_16bit.dcm", D + "SC_rgb_16bit.dcm", 0, "RLE colour of 16 bits"),
    (P + "SC_rgb_rle_32bit_2frame.dcm", D + "SC_rgb_32bit_2frame.dcm", 1, "RLE colour of 32 bits, second frame"),
    (D + "OBXXXX1A_expb.dcm", D + "OBXXXX1A.dcm", 0, "palette, big endian"),
    (D + "OBXXXX1A_rle.dcm", D + "OBXXXX1A.dcm", 0, "palette, RLE"),
    (P + "SC_rgb_dcmtk_+eb+cy+n1.dcm", D + "SC_rgb_dcmtk_ebcyn1_dcmd.dcm", 0, "chroma 4:1:1 as DCMTK decodes it"),
    (P + "SC_rgb_dcmtk_+eb+cy+n2.dcm", D + "SC_rgb_dcmtk_ebcyn2_dcmd.dcm", 0, "as DCMTK decodes it"),
    (P + "SC_rgb_dcmtk_+eb+cy+np.dcm", D + "SC_rgb_dcmtk_ebcynp_dcmd.dcm", 0, "as DCMTK decodes it"),
    (P + "SC_rgb_dcmtk_+eb+cy+s2.dcm", D + "SC_rgb_dcmtk_ebcys2_dcmd.dcm", 0, "as DCMTK decodes it"),
    (P + "SC_rgb_dcmtk_+eb+cy+s4.dcm", D + "SC_rgb_dcmtk_ebcys4_dcmd.dcm", 0, "as DCMTK decodes it"),
    (P + "liver_expb_1frame.dcm", P + "liver_1frame.dcm", 0, "one bit, big endian, no number of frames"),
    (P + "rtdose_expb_1frame.dcm", P + "rtdose_1frame.dcm", 0, "32 bits, big endian"),
    (P + "rtdose_rle_1frame.dcm", P + "rtdose_1frame.dcm", 0, "32 bits in RLE"),
    ("dicomParser/CT1_UNC.implicit_little_endian.dcm", "dicomParser/CT1_UNC.explicit_little_endian.dcm", 0, "implicit"),
    ("highdicom/sm_image_jpegls.dcm", "highdicom/sm_image.dcm", 3, "tiles of a slide in JPEG-LS"),
    ("highdicom/sm_image_jpegls_nobot.dcm", "highdicom/sm_image.dcm", 24, "the same without a table"),
]

WITHIN = [
    (CT + "JPEG2000TransferSyntax_1.2.840.10008.1.2.4.91.dcm", PLAIN_CT, 0, 5, 0.6, "JPEG 2000 irreversible"),
    (CT + "JPEGLSLossyTransferSyntax_1.2.840.10008.1.2.4.81.dcm", PLAIN_CT, 0, 1, 0.7, "near-lossless JPEG-LS"),
    (CT + "JPEGProcess10_12TransferSyntax_1.2.840.10008.1.2.4.55.dcm", PLAIN_CT, 0, 36, 3.9, "progressive, 12 bits"),
    (CT + "JPEGProcess2_4TransferSyntax_1.2.840.10008.1.2.4.51.dcm", PLAIN_CT, 0, 36, 3.9, "extended, 12 bits"),
    (CT + "JPEGProcess6_8TransferSyntax_1.2.840.10008.1.2.4.53.dcm", PLAIN_CT, 0, 36, 3.9, "spectral selection"),
    (CT + "JPEGProcess1TransferSyntax_1.2.840.10008.1.2.4.50.dcm", PLAIN_CT, 0, 65, 19.9, "baseline: 8 bits are left"),
    (D + "MR2_J2KI.dcm", D + "MR2_UNCI.dcm", 0, 1, 0.5, "JPEG 2000 irreversible against another decoder"),
    (D + "US1_J2KI.dcm", D + "US1_UNCI.dcm", 0, 1, 0.5, "YBR_ICT against another decoder"),
    (D + "RG3_J2KI.dcm", D + "RG3_J2KR.dcm", 0, 9, 0.8, "lossy against lossless radiograph"),
    (D + "JLSN_RGB_ILV0.dcm", D + "JLSL_RGB_ILV0.dcm", 0, 3, 1.5, "near-lossless JPEG-LS, error at most 3"),
    (D + "HTJ2K_08_RGB.dcm", D + "HTJ2KLossless_08_RGB.dcm", 0, 4, 0.5, "high-throughput JPEG 2000"),
    (D + "SC_ybr_full_uncompressed.dcm", RGB, 0, 6, 0.6, "uncompressed YBR_FULL, converted once"),
    (P + "SC_ybr_full_422_uncompressed.dcm", RGB, 0, 6, 0.6, "uncompressed YBR_FULL_422"),
    (P + "SC_rgb_jpeg_dcmtk.dcm", RGB, 0, 6, 0.6, "JPEG with JFIF marker, converted once"),
    (P + "SC_rgb_dcmtk_+eb+cr.dcm", RGB, 0, 2, 0.2, "JPEG stored as RGB"),
    (P + "SC_rgb_dcmtk_+eb+cy+n1.dcm", RGB, 0, 77, 2.9, "subsampled chroma at hard edges"),
    (P + "SC_rgb_dcmtk_+eb+cy+n2.dcm", RGB, 0, 6, 0.6, "YBR_FULL"),
    (P + "SC_rgb_dcmtk_+eb+cy+np.dcm", RGB, 0, 77, 2.9, "YBR_FULL_422, subsampled"),
    (P + "SC_rgb_dcmtk_+eb+cy+s2.dcm", RGB, 0, 6, 0.6, "YBR_FULL_422 in the tag, not in the stream"),
    (P + "SC_rgb_dcmtk_+eb+cy+s4.dcm", RGB, 0, 6, 0.6, "YBR_FULL, 4:4:4"),
    (P + "SC_rgb_jpeg_lossy_gdcm.dcm", RGB, 0, 75, 2.7, "no marker, YBR in the tag"),
    (P + "SC_rgb_jls_lossy_line.dcm", RGB, 0, 2, 0.8, "near-lossless JPEG-LS by line, SPIFF header"),
    (P + "SC_rgb_jls_lossy_sample.dcm", RGB, 0, 2, 0.8, "near-lossless JPEG-LS by sample"),
    (P + "SC_rgb_small_odd_jpeg.dcm", P + "SC_rgb_small_odd.dcm", 0, 4, 1.6, "three pixels wide"),
    ("cornerstone3D/TestPattern_JPEG-Baseline_YBRFull.dcm", PATTERN, 0, 42, 0.7, "YBR_FULL"),
    ("cornerstone3D/TestPattern_JPEG-Baseline_YBR422.dcm", PATTERN, 0, 74, 1.0, "YBR_FULL_422"),
    ("cornerstone3D/TestPattern_JPEG-LS-NearLossless.dcm", PATTERN, 0, 2, 1.1, "near-lossless"),
    ("cornerstone3D/TestPattern_Palette.dcm", PATTERN, 0, 66, 0.5, "palette of 256 colours chosen from the picture"),
    ("cornerstone3D/TestPattern_Palette_16.dcm", PATTERN, 0, 66, 0.5, "the same with indices of 16 bits"),
    (MULTI + "CT0012.fragmented_no_bot_jpeg_ls.81.dcm", CT0012, 1, 2, 0.6, "near-lossless, no table"),
    (MULTI + "IM00001.fragmented_no_bot_jpeg_baseline.50.dcm", IM00001, 1, 36, 2.3, "many fragments a frame"),
]  # fmt: skip


def _difference(folder: Path, one: str, other: str, index: int) -> np.ndarray:
    first = load(str(folder / "dicom" / one), index, LIMITS)
    second = load(str(folder / "dicom" / other), index, LIMITS)
    assert first.shape == second.shape
    assert first.inverted == second.inverted
    return np.abs(first.modality_values().astype(np.float64) - second.modality_values().astype(np.float64))


@pytest.mark.parametrize(("one", "other", "index", "proves"), EQUAL, ids=[row[0] for row in EQUAL])
def test_lossless_encodings_of_a_picture_are_equal(
    shared_data: Path, one: str, other: str, index: int, proves: str
) -> None:
    assert _difference(shared_data, one, other, index).max() == 0, proves


@pytest.mark.parametrize(("one", "other", "index", "most", "mean", "proves"), WITHIN, ids=[row[0] for row in WITHIN])
def test_lossy_encodings_of_a_picture_are_within_their_bounds(
    shared_data: Path, one: str, other: str, index: int, most: float, mean: float, proves: str
) -> None:
    difference = _difference(shared_data, one, other, index)
    assert difference.max() <= most, proves
    assert difference.mean() <= mean, proves


def test_a_stream_of_another_sign_than_its_tag_is_decoded_as_the_stream_says(shared_data: Path) -> None:
    frame = load(str(shared_data / "dicom/pydicom/J2K_pixelrep_mismatch.dcm"), 0, LIMITS)
    assert frame.stored.dtype == np.int16
    assert frame.stored[0, 0] == -2000  # the corner outside the scanner's field, as in pydicom's own tests
    assert frame.stored.max() < 4096


def test_float_maps_are_read_as_floats(shared_data: Path) -> None:
    single = load(str(shared_data / "dicom/pydicom-data/parametric_map_float.dcm"), 0, LIMITS)
    double = load(str(shared_data / "dicom/pydicom-data/parametric_map_double_float.dcm"), 0, LIMITS)
    assert (single.stored.dtype, double.stored.dtype) == (np.float32, np.float64)
    np.testing.assert_allclose(single.stored, double.stored, rtol=1e-6)


def test_modality_and_voi_tables_of_real_files_are_read(shared_data: Path) -> None:
    with_modality_lut = load(str(shared_data / "dicom/pydicom-data/mlut_18.dcm"), 0, LIMITS)
    with_voi_lut = load(str(shared_data / "dicom/pydicom-data/vlut_04.dcm"), 0, LIMITS)
    assert with_modality_lut.modality_lut is not None
    assert len(with_modality_lut.modality_lut.entries) > 1
    assert with_voi_lut.voi_luts


def test_a_siemens_file_with_overlays_keeps_them_out_of_the_values(shared_data: Path) -> None:
    frame = load(str(shared_data / "dicom/pydicom-data/MR-SIEMENS-DICOM-WithOverlays.dcm"), 0, LIMITS)
    assert frame.overlay is not None
    assert frame.stored.max() < 2**12
