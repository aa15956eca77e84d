import { camelotCode } from "../music/pitch";
import { WHEEL } from "../music/wheel";
import { ANY_MUSIC, type MusicFilter } from "./music-filter";
import { type Filter, FILTERS, type Sort, SORT_COLUMNS } from "./rows";

/** What is looked for in the library, and in which order it shows. */
export interface LibraryQuery {
  words: string;
  filter: Filter;
  music: MusicFilter;
  /** undefined = as this browser had it last. */
  sort: Sort | undefined;
}

/** Everything, as this browser had it last. */
export const WHOLE_LIBRARY: LibraryQuery = { words: "", filter: "all", music: ANY_MUSIC, sort: undefined };

/** Reads what an address asks for: what follows its "?". What it does not know is not asked for. */
export function libraryQueryFrom(query: string): LibraryQuery {
  const parameters = new URLSearchParams(query);
  const [slowest, fastest] = boundsFrom(parameters.get("bpm") ?? "");
  const order = parameters.get("sort") ?? "";
  const column = SORT_COLUMNS.find((one) => one === order.replace(/^-/, ""));
  return {
    words: parameters.get("q") ?? "",
    filter: FILTERS.find((filter) => filter === parameters.get("state")) ?? "all",
    music: {
      slowest,
      fastest,
      octaves: parameters.get("octaves") === "yes",
      key: WHEEL.find((key) => camelotCode(key) === parameters.get("key")),
      mixing: parameters.get("mixing") !== "no",
    },
    sort: column && { column, descending: order.startsWith("-") },
  };
}

/** The same as part of an address, without the "?"; empty where everything shows, in whichever order. */
export function queryOfLibrary({ words, filter, music, sort }: LibraryQuery): string {
  const { slowest, fastest, octaves, key, mixing } = music;
  const said: readonly (readonly [name: string, value: string | false | undefined])[] = [
    ["q", words],
    ["state", filter !== "all" && filter],
    ["bpm", (slowest ?? fastest) !== undefined && `${slowest ?? ""}-${fastest ?? ""}`],
    ["octaves", octaves && "yes"],
    ["key", key && camelotCode(key)],
    ["mixing", !mixing && "no"],
    ["sort", sort && `${sort.descending ? "-" : ""}${sort.column}`],
  ];
  return new URLSearchParams(said.flatMap(([name, value]) => (value ? [[name, value]] : []))).toString();
}

/** Slowest and fastest out of "120-128", "120-" or "-128". */
function boundsFrom(words: string): [number | undefined, number | undefined] {
  const [, slowest, fastest] = /^(\d+(?:\.\d+)?)?-(\d+(?:\.\d+)?)?$/.exec(words) ?? [];
  return [positive(slowest), positive(fastest)];
}

function positive(digits: string | undefined): number | undefined {
  return Number(digits) > 0 ? Number(digits) : undefined;
}

let last = "";

/** Where the library is as it was last looked at: the way back from a song. */
export function libraryPath(): string {
  return last ? `/?${last}` : "/";
}

/** Notes how the library is looked at. */
export function noteLibrary(query: string): void {
  last = query;
}
