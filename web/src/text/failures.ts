import type { ErrorReason } from "@sound-forge-alchemy/api/alchemy/errors/v1/error_reason_pb.js";

type Reason = Exclude<keyof typeof ErrorReason, "UNSPECIFIED"> | "UNREACHABLE" | "ISSUER_UNREACHABLE";
type Metadata = Readonly<Record<string, string>>;

/** What each failure means to a musician, and what to do next. A reason that the contract gains and this lacks is a type error. */
const WORDS: Readonly<Record<Reason, string | ((metadata: Metadata) => string)>> = {
  UNREACHABLE: "The server does not answer. Check that it is running; this page reconnects by itself.",
  ISSUER_UNREACHABLE: "Your sign-in could not be renewed: whoever keeps your account does not answer. Try again in a moment.",
  INTERNAL: "Something broke on the server. Trying again may help.",
  INVALID_REQUEST: "The server did not accept this. Check what you entered.",
  SERVER_DRAINING: "The server is restarting. Try again in a moment.",
  DEPENDENCY_UNAVAILABLE: ({ dependency }) => `A part of the server${dependency ? ` (${dependency})` : ""} does not answer. Try again in a moment.`,
  REQUEST_ID_REUSED: "This was already asked for in another form. Try again.",
  PAGE_TOKEN_INVALID: "The list changed while it was read. Reload the page.",
  UNAUTHENTICATED: "The server does not know who you are. Reload the page, and sign in if it asks.",
  PERMISSION_DENIED: "Only an administrator of this server may do this.",
  STORAGE_FULL: "The server's disk is full. Free some space, then try again.",

  TRACK_NOT_FOUND: "This track is no longer in the library.",
  ARTIFACT_NOT_FOUND: "This file is no longer in the library.",
  BLOB_MISSING: "The audio of this track is gone from the server's disk. Bring the song in again.",
  AUDIO_EMPTY: "The file is empty.",
  AUDIO_UNDECODABLE: "This does not sound like music: no decoder can read the file. Convert it, or try another one.",
  AUDIO_TRUNCATED: "The file ends before the song does. Get a complete copy.",
  AUDIO_NOT_FINITE: "The file holds broken samples. Export it again from where it was made.",
  UPLOAD_TOO_LARGE: ({ limit_bytes }) => `The file is larger than this server accepts${limit_bytes ? ` (${gigabytes(limit_bytes)} GB)` : ""}.`,
  AUDIO_TOO_LONG: ({ limit_seconds }) => `The recording is longer than this server accepts${limit_seconds ? ` (${hours(limit_seconds)} h)` : ""}.`,
  AUDIO_LAYOUT_UNSUPPORTED: "The server cannot read this number of channels or this sample rate. Convert the file to stereo at 44.1 or 48 kHz.",

  MODEL_NOT_FOUND: "The server does not know this model any more. Choose another one.",
  MODEL_NOT_INSTALLED: "This model is not installed. Install it under Models, or choose another one.",
  STEM_UNKNOWN: "This model cannot separate that stem. Choose another model or other stems.",
  SEPARATION_NOT_FOUND: "This separation no longer exists.",
  JOB_STATE_CONFLICT: "The job has moved on meanwhile. Look at its present state.",
  QUEUE_FULL: "Too many jobs are waiting already. Let some finish first.",
  WORKER_LOST: "The job was killed in every attempt, most often because memory ran out. Close other programs or choose a smaller model, then retry.",
  OUT_OF_MEMORY: "The song needs more memory than the server has. Choose a smaller model, or shorter segments.",
  WEIGHTS_CORRUPT: "The model's files are damaged. Install the model again.",
  DEVICE_UNAVAILABLE: "The server is set up for a graphics card that it does not have.",
  MODEL_IN_USE: "The model is being used. Wait for the job's end, or cancel it.",
  INSTALLATION_NOT_FOUND: "This installation no longer exists.",
  WEIGHTS_UNREACHABLE: "The server cannot reach the place that publishes this model. Check its network.",
  WEIGHTS_REFUSED: "What arrived is not what its publisher lists, so nothing was installed. Try again.",
  WEIGHTS_MISSING: "The model's files are not where they should come from. The details say what is missing.",
  STEMS_UNSUITABLE: "These stems do not fit that format. Separate again with all stems, or choose another format.",

  ANALYSIS_NOT_FOUND: "This analysis no longer exists.",
  RESULTS_MISSING: "This was not measured, or could not be told from the audio. Analyse the song again.",
  MUSIC_CHANGED: "Somebody corrected this at the same moment. Look at it again.",

  CURSOR_INVALID: "The server was set up anew. Reload the page.",

  LINK_INVALID: "This is not a Spotify link that leads anywhere.",
  SPOTIFY_NOT_CONFIGURED: "Spotify is not connected on this server. Its operator can add an application's id and secret; everything else works without.",
  SPOTIFY_CREDENTIALS_REJECTED: "Spotify rejects this server's id and secret. Its operator needs to correct them.",
  SPOTIFY_RATE_LIMITED: "Spotify asks this server to pause. Try again later.",
  SPOTIFY_NOT_FOUND: "Spotify has nothing there, or does not show it.",
  SPOTIFY_FORBIDDEN: "Spotify does not show this to us.",
  SPOTIFY_AUTHORIZATION_FAILED: "Connecting the Spotify account did not work. Begin again.",

  DOWNLOAD_NOT_FOUND: "This download no longer exists.",
  LINK_UNSUPPORTED: "Nothing here can fetch this link. Paste the address of an audio file, of a page that plays one, or of a song on Spotify.",
  ADDRESS_FORBIDDEN: "The link leads into a private network, which the server does not enter.",
  PROVIDER_DISABLED: "The operator of this server has switched off fetching such links.",
  PROVIDER_NOT_READY: "What would fetch this link is not installed on the server.",
  PROVIDER_BLOCKED: "The site refuses this server for now. Wait a while, then retry.",
  PROVIDER_FAILED: "The site changed in a way that the server does not know. Updating yt-dlp there often helps.",
  AGE_RESTRICTED: "The site shows this only to signed-in adults.",
  TOO_LONG: "The recording is longer than this server fetches.",
  TOO_LARGE: "The file is larger than this server fetches.",
  SOURCE_NOT_FOUND: "There is nothing at this link. It was removed, is private, or never existed.",
  SOURCE_UNAVAILABLE: "The site behind the link does not answer. Try again later.",
  SOURCE_NOT_AUDIO: "What is at this link is not audio.",
  NO_MATCH: "The song was looked for, and nothing like it was found. Paste the address of a page that plays it.",
};

/** Words for a reason; for one that this page does not know, the server's own message. */
export function failureWords(reason: string, metadata: Metadata, serverMessage: string): string {
  const words = (WORDS as Readonly<Partial<Record<string, string | ((metadata: Metadata) => string)>>>)[reason];
  if (words === undefined) return serverMessage || "Something went wrong. Trying again may help.";
  return typeof words === "string" ? words : words(metadata);
}

function gigabytes(bytes: string): string {
  return (Number(bytes) / 1e9).toFixed(1);
}

function hours(seconds: string): string {
  return (Number(seconds) / 3600).toFixed(1).replace(/\.0$/, "");
}
