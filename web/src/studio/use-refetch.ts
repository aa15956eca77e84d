import { useEffect } from "react";

/** Asks again whenever `because` changes while something is missing. */
export function useRefetchWhen(missing: boolean, because: string, refetch: () => Promise<unknown>): void {
  useEffect(() => {
    if (missing) void refetch();
  }, [missing, because, refetch]);
}
