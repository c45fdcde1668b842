"""From a Record to facts, each known with its evidence or unknown with its reason, by tumour episode."""
