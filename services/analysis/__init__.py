"""What a track is, musically: tempo, beats, key, chords, form, loudness, timbre, melody."""
