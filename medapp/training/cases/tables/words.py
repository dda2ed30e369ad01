"""Words that name columns and values of tables, in English, German and Chinese."""

from __future__ import annotations

from collections.abc import Mapping

from medapp.training.cases.case import PARTS, Part

HEADERS: Mapping[str, frozenset[str]] = {
    "file": frozenset(
        {"file", "files", "filename", "file name", "filepath", "file path", "path", "source", "picture", "img"}
        | {"image", "images", "image path", "image file", "image filename", "image name", "image index", "img path"}
        | {"dicom", "dicom path", "dicom file", "datei", "dateiname", "dateipfad", "pfad", "bild", "bilddatei"}
        | {"bildname", "bildpfad", "文件", "文件名", "文件路径", "路径", "图像", "图片", "影像", "图像文件", "图片名"}
    ),
    "sop": frozenset(
        {"sop instance uid", "sopinstanceuid", "sop uid", "sopuid", "instance uid", "instanceuid", "image uid"}
        | {"bild uid", "sop", "实例uid", "图像uid", "影像uid"}
    ),
    "series": frozenset(
        {"series instance uid", "seriesinstanceuid", "series uid", "seriesuid", "series", "serien uid", "serienuid"}
        | {"serie", "序列uid", "序列号", "序列"}
    ),
    "study": frozenset(
        {"study instance uid", "studyinstanceuid", "study uid", "studyuid", "study", "studien uid", "studienuid"}
        | {"studie", "untersuchungs uid", "检查uid", "研究uid"}
    ),
    "accession": frozenset(
        {"accession number", "accessionnumber", "accession no", "accession", "acc", "acc no", "acc nr", "accno"}
        | {"accession nr", "accessionnummer", "accession nummer", "auftragsnummer", "anforderungsnummer"}
        | {"untersuchungsnummer", "untersuchungs nr", "exam number", "exam no", "检查号", "登记号", "检查编号"}
        | {"影像号"}
    ),
    "patient": frozenset(
        {"patient", "patient id", "patientid", "patient key", "patient no", "patient nr", "subject", "subject id"}
        | {"subjectid", "pid", "mrn", "pat id", "patid", "patienten id", "patientenid", "patientennummer"}
        | {"patienten nr", "fall", "fallnummer", "患者", "患者id", "患者编号", "病人id", "病人", "病历号", "住院号"}
    ),
    "site": frozenset(
        {"site", "hospital", "centre", "center", "institution", "clinic", "standort", "klinik", "krankenhaus"}
        | {"zentrum", "haus", "praxis", "医院", "机构", "中心", "院区", "站点"}
    ),
    "date": frozenset(
        {"date", "study date", "studydate", "exam date", "examination date", "acquisition date", "datum"}
        | {"untersuchungsdatum", "aufnahmedatum", "studiendatum", "日期", "检查日期", "检查时间", "拍摄日期"}
    ),
    "split": frozenset(
        {"split", "part", "subset", "partition", "set", "fold", "teil", "aufteilung", "teilmenge", "datensatz"}
        | {"划分", "数据集", "子集"}
    ),
    "classes": frozenset(
        {"label", "labels", "class", "classes", "diagnosis", "category", "target", "truth", "ground truth"}
        | {"finding", "result", "klasse", "diagnose", "befund", "kategorie", "ergebnis", "wahrheit", "marker"}
        | {"标签", "类别", "诊断", "分类", "结果", "诊断结果", "金标准"}
    ),
    "unused": frozenset(
        {"age", "sex", "gender", "view", "view position", "viewposition", "frontal/lateral", "ap/pa", "modality"}
        | {"maker", "manufacturer", "index", "row", "id", "number", "no", "nr", "study id", "exam id", "exam"}
        | {"comment", "comments", "note", "notes", "follow up", "follow up #", "name", "patient name", "birth date"}
        | {"alter", "geschlecht", "ansicht", "modalität", "hersteller", "gerät", "nummer", "lfd nr", "lfdnr", "zeile"}
        | {"kommentar", "bemerkung", "bemerkungen", "notiz", "untersuchung", "geburtsdatum", "reader", "befunder"}
        | {"年龄", "性别", "姓名", "序号", "编号", "备注", "设备", "厂家", "模态", "体位"}
    ),
}
"""Names of columns, as `plain` writes them, by what the column means."""

YES = frozenset(
    {"1", "true", "yes", "y", "t", "positive", "pos", "+", "present", "x", "✓", "✔"}
    | {"ja", "j", "wahr", "positiv", "vorhanden", "阳性", "是", "有"}
)
NO = frozenset(
    {"0", "false", "no", "n", "f", "negative", "neg", "absent"}
    | {"nein", "falsch", "negativ", "nicht vorhanden", "阴性", "否", "无"}
)
ASKED = frozenset(
    {"", "-1", "?", "??", "-", "–", "—", "n/a", "na", "nan", "null", "none", "nat", "#n/a", "#nv", "#ref!", "#value!"}
    | {"#div/0!", "#name?", "uncertain", "unsure", "unclear", "unknown", "indeterminate", "equivocal", "maybe"}
    | {"possible", "unsicher", "unklar", "unbekannt", "fraglich", "k.a.", "k. a.", "keine angabe", "nicht beurteilbar"}
    | {"不确定", "不详", "未知", "待定", "无法判断", "可疑"}
)
"""Texts that do not say what is true: a person is asked what each of them means."""

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".dcm", ".dicom", ".ima", ".jp2", ".bmp", ".gz"})
"""Endings of images."""

SPLITS: Mapping[str, Part] = {
    **PARTS,
    "lernen": "train",
    "trainieren": "train",
    "validierung": "val",
    "prüfung": "test",
    "训练": "train",
    "训练集": "train",
    "验证": "val",
    "验证集": "val",
    "测试": "test",
    "测试集": "test",
}


def plain(header: str) -> str:
    """Return the name of a column in small letters, with single spaces for marks between words.

    Examples
    --------
    >>> plain("Study_Instance-UID."), plain("Accession Nr.")
    ('study instance uid', 'accession nr')
    """
    text = header.casefold()
    for mark in "_-.:":
        text = text.replace(mark, " ")
    return " ".join(text.split())


def number(text: str) -> str:
    """Return a text that is a whole number in another spelling (``1.0``, ``0,0``, ``-1.00``) as that number."""
    whole, mark, rest = text.replace(",", ".").partition(".")
    return whole if mark and whole.lstrip("-").isdecimal() and not rest.strip("0") else text
