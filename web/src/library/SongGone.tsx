import { SearchX } from "lucide-react";

import { Link } from "../app/routes";
import { text } from "../text/en";
import { Message } from "../ui/Message";

/** What a view of one song says where there is no such song. */
export function SongGone() {
  return (
    <Message icon={SearchX} title={text.studio.gone} words={text.studio.goneWords} whole>
      <Link to="/">{text.notFound.back}</Link>
    </Message>
  );
}
