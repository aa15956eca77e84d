import { useMutation, useQuery } from "@connectrpc/connect-query";
import { ProcessingService } from "@sound-forge-alchemy/api/alchemy/processing/v1/processing_service_pb.js";
import type { Model } from "@sound-forge-alchemy/api/alchemy/processing/v1/separation_pb.js";
import { useState } from "react";

import { installations } from "../api/collections";
import { failureOf } from "../api/failure";
import { useRecords } from "../api/use-records";
import view from "../app/View.module.css";
import { isActive } from "../jobs/jobs";
import { text } from "../text/en";
import { size } from "../text/format";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { FailedMessage } from "../ui/Message";
import { toast } from "../ui/toasts";
import { ModelCard } from "./ModelCard";
import styles from "./ModelCard.module.css";

/** What can take a song apart: quality, licence and size of each, and how to get it. */
export default function ModelsView() {
  const models = useQuery(ProcessingService.method.listModels, { pageSize: 1000 });
  const { data: all } = useRecords(installations);
  const [doomed, setDoomed] = useState<Model>();
  const tell = {
    onError: (cause: unknown) => {
      const { words, detail } = failureOf(cause);
      toast({ text: text.models.notDone, detail: `${words} ${detail}`, danger: true });
    },
  };
  const install = useMutation(ProcessingService.method.installModel, tell);
  const remove = useMutation(ProcessingService.method.removeModel, { ...tell, onSettled: () => void models.refetch() });
  const underWay = [...(all?.values() ?? [])].filter(isActive);
  return (
    <>
      <header className={view.header}>
        <h1>{text.models.title}</h1>
      </header>
      <div className={view.body}>
        <p className={view.lead}>{text.models.words}</p>
        {models.isError && !models.data && (
          <FailedMessage title={text.models.failed} cause={models.error} onRetry={() => void models.refetch()} />
        )}
        <ul className={styles.models}>
          {models.data?.models.map((model) => (
            <ModelCard
              key={model.name}
              model={model}
              installation={underWay.find(({ name }) => name.startsWith(`${model.name}/`))}
              onInstall={() => install.mutate({ name: model.name, requestId: crypto.randomUUID() })}
              onRemove={() => setDoomed(model)}
            />
          ))}
        </ul>
      </div>
      {doomed && (
        <Dialog title={text.models.removeQuestion(doomed.displayName)} open onClose={() => setDoomed(undefined)}>
          <p>{text.models.removeWords(size(doomed.sizeBytes))}</p>
          <div className={styles.buttons}>
            <Button onClick={() => setDoomed(undefined)}>{text.common.cancel}</Button>
            <Button
              look="danger"
              onClick={() => {
                remove.mutate({ name: doomed.name });
                setDoomed(undefined);
              }}
            >
              {text.common.remove}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}
