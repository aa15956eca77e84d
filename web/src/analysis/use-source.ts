import { useQuery } from "@connectrpc/connect-query";
import { AnalysisService } from "@sound-forge-alchemy/api/alchemy/analysis/v1/analysis_service_pb.js";
import { Artifact_Kind, type Track } from "@sound-forge-alchemy/api/alchemy/library/v1/track_pb.js";
import { useMemo, useState } from "react";

import { analyses } from "../api/collections";
import { useArtifacts } from "../api/use-artifacts";
import { useRecords } from "../api/use-records";
import type { TrackMusic } from "../music/use-music";
import { type Source, sourcesOf } from "./sources";

/** What a song was measured on, which of that shows, and its results: at first the newest of everything. */
export function useSource(track: Track, music: TrackMusic) {
  const [chosen, setChosen] = useState<Source>();
  const files = useArtifacts(track.name);
  const jobs = useRecords(analyses).data;
  const stems = useMemo(
    () => (files.data?.artifacts ?? []).filter(({ kind }) => kind === Artifact_Kind.STEM).map(({ name, stem }) => ({ artifact: name, stem })),
    [files.data],
  );
  const sources = useMemo(() => {
    const stemOf = (artifact: string) => stems.find((one) => one.artifact === artifact)?.stem;
    return sourcesOf(track.name, jobs?.values() ?? [], stemOf);
  }, [track.name, jobs, stems]);
  const other = useQuery(AnalysisService.method.getResults, { name: chosen?.analysis ?? "" }, { enabled: chosen !== undefined, staleTime: Infinity });
  return {
    sources,
    chosen,
    choose: setChosen,
    stems: newestOfEach(stems),
    results: chosen ? other.data?.results : music.results,
    error: chosen ? other.error : music.error,
    refetch: chosen ? () => void other.refetch() : music.refetch,
  };
}

/** Each stem once, from the newest separation that made it. */
function newestOfEach(stems: readonly { artifact: string; stem: string }[]): { artifact: string; stem: string }[] {
  const newest = new Map<string, { artifact: string; stem: string }>();
  for (const one of stems) {
    const known = newest.get(one.stem);
    if (!known || known.artifact < one.artifact) newest.set(one.stem, one);
  }
  return [...newest.values()];
}
