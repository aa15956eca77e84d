import { Bug } from "lucide-react";
import { Component, type ReactNode } from "react";

import { text } from "../text/en";
import { Button } from "../ui/Button";
import { Details, Message } from "../ui/Message";

/** Keeps a defect in one view from taking the page away. */
export class ViewBoundary extends Component<{ children: ReactNode }, { defect: string | undefined }> {
  override state: { defect: string | undefined } = { defect: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { defect: String(error) };
  }

  override render() {
    if (this.state.defect === undefined) return this.props.children;
    return (
      <Message icon={Bug} title={text.failure.title} words={text.failure.words} whole>
        <Details>{this.state.defect}</Details>
        <Button onClick={() => window.location.reload()}>{text.failure.reload}</Button>
      </Message>
    );
  }
}
