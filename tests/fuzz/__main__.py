"""``python -m tests.fuzz MINUTES [--shard 1/4] [--only TARGET]``: damaged files for as long as you like."""

import argparse
import warnings

from tests.fuzz.run import folder_for_state, fuzz, minutes_of, reference_data, report, shard_of, table

warnings.simplefilter("ignore")
parser = argparse.ArgumentParser(prog="fuzz")
parser.add_argument("seconds", metavar="MINUTES", type=minutes_of)
parser.add_argument("--shard", type=shard_of, default=(0, 1), help="part and number of parts, as 1/4")
parser.add_argument("--only", default="", help="one target: dicom, pictures, archives, packages, own files")
chosen = parser.parse_args()
report(table(fuzz(reference_data(), folder_for_state(), chosen.seconds, chosen.shard, chosen.only)))
