/** Makes a WAVE file of given channels, for tests. */
export function wavFile(
  channels: readonly (readonly number[])[],
  { bits = 16, float = false, sampleRate = 44_100, unknownSize = false }: { bits?: 16 | 24 | 32; float?: boolean; sampleRate?: number; unknownSize?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  const frames = channels[0]?.length ?? 0;
  const frameBytes = channels.length * (bits / 8);
  const file = new Uint8Array(44 + frames * frameBytes);
  const view = new DataView(file.buffer);
  const write = (at: number, text: string) => file.set(new TextEncoder().encode(text), at);
  write(0, "RIFF");
  view.setUint32(4, unknownSize ? 0xffffffff : file.length - 8, true);
  write(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, float ? 3 : 1, true);
  view.setUint16(22, channels.length, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * frameBytes, true);
  view.setUint16(32, frameBytes, true);
  view.setUint16(34, bits, true);
  write(36, "data");
  view.setUint32(40, unknownSize ? 0xffffffff : frames * frameBytes, true);
  channels.forEach((samples, channel) =>
    samples.forEach((sample, frame) => {
      const at = 44 + frame * frameBytes + channel * (bits / 8);
      if (float) return view.setFloat32(at, sample, true);
      const value = Math.round(sample * 2 ** (bits - 1));
      if (bits === 16) view.setInt16(at, value, true);
      else if (bits === 32) view.setInt32(at, value, true);
      else {
        view.setUint16(at, value & 0xffff, true);
        view.setInt8(at + 2, value >> 16);
      }
    }),
  );
  return file;
}
