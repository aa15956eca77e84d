"""Where bars start, beat by beat: counting goes on as it began, unless several bars in a row disagree."""

import numpy as np
from numpy.typing import NDArray

from services.analysis.measure.readings import Reading, Scene, accents
from services.analysis.measure.weigh import ACCENT_WEIGHTS

_RIVAL = 0.5  # the most that another count may have on average, as a share of what the reading's own has
_STUBBORN_BARS = 10.0
"""So many bars must speak for another count before it is followed."""


def positions(heard: Scene, reading: Reading) -> NDArray[np.intp]:
    """Counts the beats of a reading.

    Args:
        heard: what it is a reading of.
        reading: whose beats are counted.

    Returns:
        For each beat its position in the bar, 1 for downbeats, shape (beats,).
    """
    metre = reading.metre
    counted = (np.arange(len(reading.pulse.beats)) - reading.first) % metre
    evidence = accents(heard, reading.pulse, metre) @ ACCENT_WEIGHTS
    downbeat = evidence[counted == 0].mean() - evidence.mean()
    if downbeat <= 0:
        return counted + 1
    # Where downbeats hardly stand out, single loud beats must not look like whole bars.
    evidence = (evidence - evidence.mean()) / max(downbeat, float(evidence.std()))
    # Over the whole track the reading has decided, on more than accents; only what differs from the average may change it.
    most = _RIVAL * float(evidence[counted == 0].mean())
    for offset in range(metre):
        same = np.arange(len(evidence)) % metre == offset
        if offset != reading.first:
            evidence[same] -= max(0.0, float(evidence[same].mean()) - most)
    # Viterbi over the offset of the count; a change of offset costs what several bars bring.
    score = np.where(np.arange(metre) == reading.first, 0.0, -_STUBBORN_BARS)
    back = np.zeros((len(evidence), metre), np.intp)
    offsets = np.arange(metre)
    for k, value in enumerate(evidence):
        best = int(score.argmax())
        stay = score >= score[best] - _STUBBORN_BARS
        back[k] = np.where(stay, offsets, best)
        score = np.where(stay, score, score[best] - _STUBBORN_BARS)
        score[k % metre] += value
    path = np.empty(len(evidence), np.intp)
    offset = int(score.argmax())
    for k in range(len(evidence) - 1, -1, -1):
        path[k] = offset
        offset = int(back[k, offset])
    return (np.arange(len(evidence)) - path) % metre + 1
