"""Analysis against songs whose answers are known, beside the usual calls of librosa, by the measures of mir_eval."""
