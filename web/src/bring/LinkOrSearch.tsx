import { useMutation, useQuery } from "@connectrpc/connect-query";
import { DownloadService } from "@sound-forge-alchemy/api/alchemy/download/v1/download_service_pb.js";
import type { Track } from "@sound-forge-alchemy/api/alchemy/spotify/v1/catalogue_pb.js";
import { SpotifyService } from "@sound-forge-alchemy/api/alchemy/spotify/v1/spotify_service_pb.js";
import { useQueryClient } from "@tanstack/react-query";
import { Link2, Search } from "lucide-react";
import { type SubmitEvent, useState } from "react";

import { downloads } from "../api/collections";
import { failureOf } from "../api/failure";
import { text } from "../text/en";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { Details } from "../ui/Message";
import { toast } from "../ui/toasts";
import styles from "./LinkOrSearch.module.css";
import { looksLikeLink } from "./links";
import { SearchResults } from "./SearchResults";
import { thenOf, type Wish } from "./wish";

/** One line for a link to fetch or words to look for on Spotify. */
export function LinkOrSearch({ first, wish, onDone }: { first: string; wish: Wish; onDone: () => void }) {
  const client = useQueryClient();
  const [words, setWords] = useState(first);
  const [query, setQuery] = useState("");
  const link = looksLikeLink(words);
  const search = useQuery(SpotifyService.method.searchTracks, { query, pageSize: 20 }, { enabled: query !== "", staleTime: 60_000, retry: false });
  const create = useMutation(DownloadService.method.createDownload, {
    onSuccess: ({ download }) => {
      if (download) downloads.upsert(client, download);
      toast({ text: text.bring.fetching });
      onDone();
    },
  });
  const fetchLink = (address: string, song?: Track) => {
    const then = thenOf(wish);
    create.mutate({
      download: {
        link: address,
        ...(then ? { then } : {}),
        ...(song ? { song: songOf(song) } : {}),
      },
      requestId: crypto.randomUUID(),
    });
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    create.reset();
    if (link) fetchLink(words.trim());
    else if (query === words.trim()) void search.refetch();
    else setQuery(words.trim());
  };
  const refusal = create.error ? failureOf(create.error) : undefined;
  const silence = !link && search.error ? failureOf(search.error) : undefined;
  return (
    <div className={styles.section}>
      <form className={styles.line} onSubmit={submit}>
        <Field
          label={text.bring.linkOrSearch}
          placeholder={text.bring.linkPlaceholder}
          value={words}
          maxLength={2048}
          hint={link ? text.bring.rights : undefined}
          onChange={(event) => setWords(event.target.value)}
        />
        <Button type="submit" icon={link ? Link2 : Search} disabled={words.trim() === "" || create.isPending || search.isFetching}>
          {link ? text.bring.fetch : text.bring.search}
        </Button>
      </form>
      {refusal && <Refusal title={text.bring.notFetched} {...refusal} />}
      {silence && <Refusal title={text.bring.searchFailed} {...silence} />}
      {!link && search.data && (
        <SearchResults tracks={search.data.tracks} busy={create.isPending} onFetch={(track) => fetchLink(track.pageUri, track)} />
      )}
    </div>
  );
}

function Refusal({ title, words, detail }: { title: string; words: string; detail: string }) {
  return (
    <div role="alert" className={styles.refusal}>
      <p>
        <strong>{title}.</strong> {words}
      </p>
      <Details>{detail}</Details>
    </div>
  );
}

/** What Spotify knows about a song, for its tags. */
function songOf(track: Track) {
  return {
    title: track.title,
    artist: track.artists.map((artist) => artist.title).join(", "),
    artists: track.artists.map((artist) => artist.title),
    album: track.album?.title ?? "",
    albumArtist: track.album?.artists.map((artist) => artist.title).join(", ") ?? "",
    releaseDate: track.album?.releaseDate ?? "",
    trackNumber: track.trackNumber,
    isrc: track.isrc,
    artworkUri: track.album?.artwork[0]?.uri ?? "",
    ...(track.duration ? { duration: track.duration } : {}),
  };
}
