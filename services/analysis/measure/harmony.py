"""Key and chords together: each makes the other clearer."""

from collections.abc import Collection

from services.analysis.measure.chord_model import lattice
from services.analysis.measure.chords import chord_path, chords
from services.analysis.measure.frontend import Listener
from services.analysis.measure.key import tonality
from services.analysis.measure.salience import Harmony, HarmonyListener
from services.analysis.results import Chords, Rhythm, Shortfall, Tonality


class HarmonyMeasurement:
    """Listens for harmony, and tells key and chords.

    Attributes:
        listeners: to be given every block.
    """

    def __init__(self, stems: Collection[str], *, with_mix: bool) -> None:
        """Listens to bass and other, where both are known apart; with `with_mix` to the mix as well, for its chroma."""
        apart = ("bass", "other")
        signal = apart if set(apart) <= set(stems) else ("mix",)
        self._pitched = HarmonyListener(signal)
        self._mix = self._pitched if signal == ("mix",) else HarmonyListener(("mix",)) if with_mix else None
        self.listeners: tuple[Listener, ...] = tuple(
            {id(one): one for one in (self._pitched, self._mix) if one is not None}.values()
        )

    def mix(self) -> Harmony | None:
        """Returns what sounds in the mix; None if nobody listened to it."""
        return self._mix.harmony() if self._mix else None

    def result(self, rhythm: Rhythm | None) -> tuple[Tonality | Shortfall, Chords | Shortfall]:
        """Returns key and chords, or why they cannot be told; chords change on the beats of the rhythm."""
        heard = self._pitched.harmony()
        beats = lattice(heard, [beat.time for beat in rhythm.beats] if rhythm else [])
        key = tonality(heard, beats, chord_path(beats))
        return key, chords(heard, beats, key if isinstance(key, Tonality) else None)
