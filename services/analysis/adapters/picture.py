"""A picture of a track for people: outline with beats and sections, chroma with chords, loudness, spectrogram."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from services.analysis.adapters.spectrogram import Heard
from services.analysis.messages import key_of
from services.analysis.results import Chord, Curve, Measurements

_WIDTH_INCHES, _DPI = 16.0, 130
_INK, _FAINT = "#1d2330", "#8a93a6"
_WAVE, _BEATS = "#5b6b8c", "#e4572e"
_SECTION_COLOURS = ("#4e79a7", "#f28e2b", "#59a14f", "#b07aa1", "#edc948", "#76b7b2", "#ff9da7", "#9c755f")
_PITCHES = ("C", "", "D", "", "E", "F", "", "G", "", "A", "", "B")
_MOST_BEATS = 260
_MOST_CHORDS = 70
_SILENT_LUFS = -60.0


def draw(found: Measurements, audio: Heard, *, title: str, out: Path) -> None:
    """Writes a PNG; what was not measured is left out.

    Args:
        found: the results.
        audio: what is drawn of the audio itself.
        title: of the track.
        out: the file to write.
    """
    panels: list[tuple[Callable[[Axes, Measurements, Heard], None], float]] = [(_draw_wave, 2.2)]
    if found.timbre:
        panels.append((_draw_chroma, 2.4))
    if found.loudness:
        panels.append((_draw_loudness, 1.5))
    panels.append((_draw_spectrogram, 2.8))
    heights = [height for _, height in panels]
    figure = Figure(figsize=(_WIDTH_INCHES, sum(heights) + 1.6), dpi=_DPI, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    figure.suptitle(_plain(title), x=0.012, ha="left", fontsize=19, fontweight="bold", color=_INK)
    axes = figure.subplots(len(panels), 1, sharex=True, height_ratios=heights, squeeze=False)[:, 0]
    axes[0].set_title(_facts(found), loc="left", fontsize=12.5, color=_INK, pad=22 if found.form else 10)
    for axis, (panel, _) in zip(axes, panels, strict=True):
        _style(axis)
        panel(axis, found, audio)
    axes[-1].set_xlim(0, max(found.duration, 0.1))
    axes[-1].xaxis.set_major_locator(MaxNLocator(nbins=16, steps=[1, 1.5, 2, 3, 5, 6, 10]))
    axes[-1].xaxis.set_major_formatter(
        FuncFormatter(lambda seconds, _: f"{int(seconds) // 60}:{int(seconds) % 60:02d}")
    )
    figure.savefig(out, format="png")


def _facts(found: Measurements) -> str:
    facts = []
    if found.rhythm:
        facts.append(f"{found.rhythm.tempo.bpm:.1f} BPM")
        if found.rhythm.metre:
            facts.append(f"{found.rhythm.metre.beats_per_bar}/{found.rhythm.metre.beat_unit}")
    if found.tonality:
        key = key_of(found.tonality.key)
        facts.append(f"{key.name} ({key.camelot})")
        facts.append(f"A4 = {440 * 2 ** (found.tonality.tuning_cents / 1200):.1f} Hz")
    if found.loudness and found.loudness.integrated_lufs is not None:
        facts.append(f"{found.loudness.integrated_lufs:.1f} LUFS")
    if found.loudness and found.loudness.true_peak_dbtp is not None:
        facts.append(f"{found.loudness.true_peak_dbtp:+.1f} dBTP")
    facts += [one.message.rstrip(".") for one in found.shortfalls]
    return _plain("   ·   ".join(facts))


def _draw_wave(axis: Axes, found: Measurements, audio: Heard) -> None:
    times = _columns(audio)
    largest = max(float(audio.highest.max()), -float(audio.lowest.min()), 1e-4)
    axis.fill_between(times, audio.lowest / largest, audio.highest / largest, color=_WAVE, linewidth=0)
    axis.set_ylim(-1.05, 1.05)
    axis.set_yticks([])
    _label(axis, "Beats, sections")
    if found.form:
        colours = {group: _SECTION_COLOURS[i % len(_SECTION_COLOURS)] for i, group in enumerate(_groups(found))}
        for section in found.form.sections:
            colour = colours[section.group]
            axis.axvspan(section.start, section.end, color=colour, alpha=0.22, linewidth=0)
            axis.axvline(section.start, color=colour, linewidth=1.4)
            if section.end - section.start > found.duration / 40:
                text = f"{section.label} {section.group}"
                axis.text(
                    (section.start + section.end) / 2, 1.08, text, ha="center", va="bottom", fontsize=9.5, color=_INK
                )
        for cue in found.form.cues:
            axis.plot(cue.time, -0.97, marker="^", color=_BEATS, markersize=7, clip_on=False)
    if found.rhythm:
        downbeats = [beat.time for beat in found.rhythm.beats if beat.position == 1]
        others = [beat.time for beat in found.rhythm.beats if beat.position != 1]
        # More lines than this would hide the music.
        if len(others) <= _MOST_BEATS:
            axis.vlines(others, -1.05, -0.86, color=_BEATS, linewidth=0.7, alpha=0.8)
        strong = len(downbeats) <= _MOST_BEATS
        axis.vlines(downbeats, -1.05, -0.72 if strong else -0.94, color=_BEATS, linewidth=1.2 if strong else 0.4)


def _groups(found: Measurements) -> Iterator[str]:
    assert found.form is not None
    yield from dict.fromkeys(section.group for section in found.form.sections)


def _draw_chroma(axis: Axes, found: Measurements, _audio: Heard) -> None:
    assert found.timbre is not None
    chroma = found.timbre.chroma
    if chroma.values.size:
        axis.imshow(
            np.nan_to_num(chroma.values.T),
            aspect="auto",
            origin="lower",
            extent=(*_extent(chroma), -0.5, 11.5),
            cmap="YlGnBu",
            interpolation="nearest",
            vmin=0,
            vmax=1,
        )
    axis.set_yticks(range(12), _PITCHES, fontsize=8.5)
    axis.set_ylim(-0.5, 11.5)
    _label(axis, "Chroma, chords" if found.chords else "Chroma")
    if found.chords:
        for chord in _readable(found.chords.chords, found.duration):
            axis.axvline(chord.start, color=_INK, linewidth=0.5, alpha=0.35)
            axis.text(chord.start, 11.75, _chord_name(chord), fontsize=8, color=_INK, ha="left", va="bottom")


def _readable(chords: tuple[Chord, ...], duration: float) -> list[Chord]:
    """Returns the chords whose names do not run into each other."""
    room = duration / _MOST_CHORDS
    shown: list[Chord] = []
    for chord in chords:
        if chord.label not in {"N", "X"} and (not shown or chord.start - shown[-1].start >= room):
            shown.append(chord)
    return shown


def _chord_name(chord: Chord) -> str:
    """Returns the triad as a songbook has it: "Am", "F#"."""
    root, _, quality = chord.simple.partition(":")
    return root + ("m" if quality.startswith("min") else "")


def _draw_loudness(axis: Axes, found: Measurements, _audio: Heard) -> None:
    loudness = found.loudness
    assert loudness is not None
    for curve, colour, width, name in (
        (loudness.momentary_lufs, "#a9b8d4", 0.8, "momentary"),
        (loudness.short_term_lufs, "#2f5597", 1.6, "short-term"),
    ):
        times = curve.start + curve.step * np.arange(len(curve.values))
        axis.plot(times, np.maximum(curve.values, _SILENT_LUFS), color=colour, linewidth=width, label=name)
    if loudness.integrated_lufs is not None:
        axis.axhline(loudness.integrated_lufs, color=_BEATS, linewidth=1.1, linestyle="--", label="integrated")
    known = loudness.momentary_lufs.values[np.isfinite(loudness.momentary_lufs.values)]
    if known.size:
        top = float(known.max())
        axis.set_ylim(max(_SILENT_LUFS, min(float(np.percentile(known, 3)), top - 12)) - 2, top + 2)
    axis.grid(axis="y", color="#e5e8ef", linewidth=0.8)
    axis.tick_params(axis="y", labelsize=8.5)
    axis.legend(loc="lower right", ncols=3, fontsize=8, frameon=True, framealpha=0.85, edgecolor="none")
    _label(axis, "Loudness, LUFS")


def _draw_spectrogram(axis: Axes, found: Measurements, audio: Heard) -> None:
    bands = len(audio.band_hz)
    axis.imshow(
        audio.mel_db,
        aspect="auto",
        origin="lower",
        extent=(0, audio.duration, -0.5, bands - 0.5),
        cmap="magma",
        interpolation="nearest",
        vmin=-70,
        vmax=0,
    )
    marks = (125, 500, 1000, 2000, 4000, 8000)
    axis.set_yticks(
        np.interp(marks, audio.band_hz, np.arange(bands)),
        [f"{mark // 1000} kHz" if mark >= 1000 else f"{mark} Hz" for mark in marks],  # noqa: PLR2004 (a kilohertz)
        fontsize=8.5,
    )
    # Of a mix it follows whatever is loudest, and would mislead.
    voice = found.melody if found.melody and found.melody.source else None
    if voice:
        curve = voice.f0
        times = curve.start + curve.step * np.arange(len(curve.values))
        heights = np.interp(curve.values, audio.band_hz, np.arange(bands))
        axis.plot(times, heights, color="#7df9ff", linestyle="none", marker=".", markersize=2.0)
    _label(axis, "Spectrogram, voice" if voice else "Spectrogram")


def _columns(audio: Heard) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    count = len(audio.lowest)
    return (np.arange(count) + 0.5) * audio.duration / count


def _extent(curve: Curve) -> tuple[float, float]:
    return curve.start - curve.step / 2, curve.start + (len(curve.values) - 0.5) * curve.step


def _style(axis: Axes) -> None:
    for side in ("top", "right", "left"):
        axis.spines[side].set_visible(False)
    axis.spines["bottom"].set_color("#c9cfdb")
    axis.tick_params(length=0, colors=_INK)


def _label(axis: Axes, text: str) -> None:
    axis.set_ylabel(text, fontsize=10, color=_FAINT, labelpad=10)


def _plain(text: str) -> str:
    """Returns text in which matplotlib finds no formulas."""
    return text.replace("$", r"\$")
