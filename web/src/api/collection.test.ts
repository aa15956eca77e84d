import { createRouterTransport } from "@connectrpc/connect";
import { QueryClient } from "@tanstack/react-query";
import { describe, expect, test } from "vitest";

import { Collection, type Resource } from "./collection";

const transport = createRouterTransport(() => undefined);

function resource(name: string, revision: number): Resource {
  return { name, revision: BigInt(revision) };
}

/** A collection whose pages are given out one by one. */
function steered() {
  const waiting: ((page: Resource[] | undefined) => void)[] = [];
  const collection = new Collection<Resource>("things", async function* () {
    for (;;) {
      const page = await new Promise<Resource[] | undefined>((resolve) => waiting.push(resolve));
      if (!page) return;
      yield page;
    }
  });
  const client = new QueryClient();
  const send = async (page: Resource[] | undefined) => {
    await expect.poll(() => waiting.length).toBeGreaterThan(0);
    waiting.shift()?.(page);
  };
  const shown = () => [...(client.getQueryData<ReadonlyMap<string, Resource>>(collection.key)?.values() ?? [])];
  return { collection, client, send, shown, load: () => client.query(collection.query(transport, client)) };
}

describe("a collection that loads while events arrive", () => {
  test("shows each page at once", async () => {
    const { load, send, shown } = steered();
    const loading = load();
    await send([resource("a", 1)]);
    await expect.poll(shown).toEqual([resource("a", 1)]);
    await send([resource("b", 1)]);
    await send(undefined);
    expect([...(await loading).keys()]).toEqual(["a", "b"]);
  });

  test("keeps the newer of two copies, in whichever order they come", async () => {
    const { collection, client, load, send, shown } = steered();
    const loading = load();
    collection.upsert(client, resource("a", 3));
    await send([resource("a", 2), resource("b", 5)]);
    await send(undefined);
    await loading;
    collection.upsert(client, resource("b", 4));
    expect(shown()).toEqual([resource("a", 3), resource("b", 5)]);
  });

  test("keeps what was created, and never brings back what was deleted, during the load", async () => {
    const { collection, client, load, send, shown } = steered();
    const loading = load();
    await send([resource("gone", 1)]);
    await expect.poll(shown).toHaveLength(1);
    collection.remove(client, "gone");
    collection.upsert(client, resource("new", 1));
    await send([resource("gone", 1)]);
    await send(undefined);
    await loading;
    collection.upsert(client, resource("gone", 9));
    expect(shown()).toEqual([resource("new", 1)]);
  });

  test("drops what is no longer listed when it loads again", async () => {
    const { load, send, shown, client, collection } = steered();
    let loading = load();
    await send([resource("a", 1), resource("b", 1)]);
    await send(undefined);
    await loading;
    await client.invalidateQueries({ queryKey: collection.key });
    loading = load();
    await send([resource("b", 1)]);
    await send(undefined);
    await loading;
    expect(shown()).toEqual([resource("b", 1)]);
  });
});
