import { AudioLines, Download, FileArchive, FileMusic } from "lucide-react";

import { text } from "../text/en";
import { Button } from "../ui/Button";
import { Menu } from "../ui/Menu";
import { stemTitle } from "../ui/stems";
import type { Deck } from "./deck";

/** The stems as files: each, all in a zip, or a stem file for DJ programs. The browser saves them and shows how far it is. */
export function SaveMenu({ title, separation, deck }: { title: string; separation: string; deck: Deck }) {
  const exported = (format: string) => `/v1/${separation}:export?format=${format}`;
  return (
    <Menu
      items={[
        ...deck.stems.map(({ stem, address }) => ({
          text: text.studio.saveStem(stemTitle(stem)),
          icon: AudioLines,
          onSelect: () => save(address, ""),
        })),
        { text: text.studio.saveZip, icon: FileArchive, onSelect: () => save(exported("EXPORT_FORMAT_ZIP"), `${title}.zip`) },
        { text: text.studio.saveStemFile, icon: FileMusic, onSelect: () => save(exported("EXPORT_FORMAT_STEM_MP4"), `${title}.stem.mp4`) },
      ]}
    >
      <Button icon={Download}>{text.studio.save}</Button>
    </Menu>
  );
}

/** Has the browser save what is at an address; without a name, under that which the server gives it. */
function save(address: string, name: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}
