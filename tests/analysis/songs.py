"""Songs made of arrays, whose tempo, key and chords are known."""

import numpy as np
from numpy.typing import NDArray

RATE = 44100
BPM = 120.0
# A minor, F major, C major, G major, two bars each: vi-IV-I-V in C major, or i-VI-III-VII in A minor.
CHORDS = (("A:min", (57, 60, 64)), ("F:maj", (53, 57, 60)), ("C:maj", (48, 52, 55)), ("G:maj", (55, 59, 62)))


def song(
    seconds: float = 24.0,
    bpm: float = BPM,
    *,
    bars_per_chord: int = 2,
    bass: bool = True,
    accent: float = 1.5,
    hat: float = 0.12,
) -> NDArray[np.float32]:
    """Returns drums, bass and chords in 4/4, shape (n, 2), for `tests.library.sounds.wav`.

    Args:
        seconds: length.
        bpm: tempo.
        bars_per_chord: how slowly harmony moves.
        bass: whether there is one.
        accent: how much louder the drum on the first beat of a bar is.
        hat: how loud the hi-hat between the beats is; without one, the kick has no high frequencies either.
    """
    length = round(seconds * RATE)
    out = np.zeros(length + RATE)
    beat = 60 / bpm
    rng = np.random.default_rng(1)
    for index in range(int(seconds / beat)):
        start = round(index * beat * RATE)
        _, notes = CHORDS[index // (4 * bars_per_chord) % len(CHORDS)]
        if bass:
            _add(out, start, _tone(notes[0] - 12, beat * 0.9, 0.25))
        if index % 4 == 0:
            for note in notes:
                _add(out, start, _tone(note, beat * 4, 0.1))
        kick = index % 2 == 0
        _add(
            out,
            start,
            _drum(
                60.0 if kick else 180.0,
                rng,
                noise=(0.1 if hat else 0.0) if kick else 0.8,
                level=0.6 * (accent if index % 4 == 0 else 1.0),
            ),
        )
        _add(out, start + round(beat / 2 * RATE), _drum(8000.0, rng, noise=1.0, level=hat))
    samples = np.clip(out[:length] * 0.6, -1, 1).astype(np.float32)
    return np.stack([samples, samples], axis=1)


def _tone(note: int, seconds: float, level: float) -> NDArray[np.float64]:
    time = np.arange(round(seconds * RATE)) / RATE
    hertz = 440 * 2 ** ((note - 69) / 12)
    partials = sum(np.sin(2 * np.pi * hertz * n * time) / n**1.5 for n in range(1, 7))
    envelope = np.minimum(1, time / 0.01) * np.minimum(1, (seconds - time) / 0.05) * np.exp(-time)
    tone: NDArray[np.float64] = level * partials * envelope
    return tone


def _drum(hertz: float, rng: np.random.Generator, *, noise: float, level: float) -> NDArray[np.float64]:
    time = np.arange(round(0.12 * RATE)) / RATE
    body = (1 - noise) * np.sin(2 * np.pi * hertz * time) + noise * rng.uniform(-1, 1, time.size)
    return level * body * np.exp(-time / 0.03)


def _add(out: NDArray[np.float64], start: int, sound: NDArray[np.float64]) -> None:
    end = min(len(out), start + len(sound))
    if start < end:
        out[start:end] += sound[: end - start]
