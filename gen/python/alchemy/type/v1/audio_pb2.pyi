import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AudioEncoding(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AUDIO_ENCODING_UNSPECIFIED: _ClassVar[AudioEncoding]
    AUDIO_ENCODING_WAV_PCM16: _ClassVar[AudioEncoding]
    AUDIO_ENCODING_WAV_PCM24: _ClassVar[AudioEncoding]
    AUDIO_ENCODING_WAV_FLOAT32: _ClassVar[AudioEncoding]
    AUDIO_ENCODING_FLAC_PCM16: _ClassVar[AudioEncoding]
    AUDIO_ENCODING_FLAC_PCM24: _ClassVar[AudioEncoding]
    AUDIO_ENCODING_MP3: _ClassVar[AudioEncoding]
    AUDIO_ENCODING_M4A_AAC: _ClassVar[AudioEncoding]
    AUDIO_ENCODING_OGG_VORBIS: _ClassVar[AudioEncoding]
    AUDIO_ENCODING_OGG_OPUS: _ClassVar[AudioEncoding]
AUDIO_ENCODING_UNSPECIFIED: AudioEncoding
AUDIO_ENCODING_WAV_PCM16: AudioEncoding
AUDIO_ENCODING_WAV_PCM24: AudioEncoding
AUDIO_ENCODING_WAV_FLOAT32: AudioEncoding
AUDIO_ENCODING_FLAC_PCM16: AudioEncoding
AUDIO_ENCODING_FLAC_PCM24: AudioEncoding
AUDIO_ENCODING_MP3: AudioEncoding
AUDIO_ENCODING_M4A_AAC: AudioEncoding
AUDIO_ENCODING_OGG_VORBIS: AudioEncoding
AUDIO_ENCODING_OGG_OPUS: AudioEncoding

class AudioProperties(_message.Message):
    __slots__ = ("duration", "sample_count", "sample_rate_hz", "channel_count", "bits_per_sample", "codec", "peak")
    DURATION_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_COUNT_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_RATE_HZ_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_COUNT_FIELD_NUMBER: _ClassVar[int]
    BITS_PER_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    CODEC_FIELD_NUMBER: _ClassVar[int]
    PEAK_FIELD_NUMBER: _ClassVar[int]
    duration: _duration_pb2.Duration
    sample_count: int
    sample_rate_hz: int
    channel_count: int
    bits_per_sample: int
    codec: str
    peak: float
    def __init__(self, duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., sample_count: _Optional[int] = ..., sample_rate_hz: _Optional[int] = ..., channel_count: _Optional[int] = ..., bits_per_sample: _Optional[int] = ..., codec: _Optional[str] = ..., peak: _Optional[float] = ...) -> None: ...
