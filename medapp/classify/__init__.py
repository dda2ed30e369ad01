"""Classification: model packages, preprocessing, the network's process and its answers.

torch lives in `network`, `inference`, `explain`, `weights` and `worker` alone; the rest never reaches it.
"""
