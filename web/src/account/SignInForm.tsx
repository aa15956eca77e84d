import { LogIn } from "lucide-react";
import { type ReactNode, useState } from "react";

import { text } from "../text/en";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { SignInFailed } from "./failure";
import type { Offer, OfferOf } from "./offer";
import { pasted } from "./pasted";
import styles from "./SignIn.module.css";
import { useAccount } from "./use-account";

const words = text.account;

/** How to sign in to this mesh. `why` says what went wrong before. */
export function SignInForm({ offer, why }: { offer: Offer; why: string }) {
  switch (offer.mode) {
    case "oidc":
      return <WithIssuer offer={offer} why={why} />;
    case "supabase":
      return <WithPassword offer={offer} why={why} />;
    default:
      return <WithToken why={why} />;
  }
}

function WithIssuer({ offer, why }: { offer: OfferOf<"oidc">; why: string }) {
  const [attempt, go] = useAttempt(why, async () => {
    const { OpenId } = await import("./openid");
    const { pathname, search, hash } = window.location;
    await new OpenId(offer).begin(pathname + search + hash);
    return "leaving";
  });
  return (
    <Form attempt={attempt} onSubmit={go}>
      <p className={styles.lead}>{words.withIssuer(new URL(offer.issuer).host)}</p>
    </Form>
  );
}

function WithPassword({ offer, why }: { offer: OfferOf<"supabase">; why: string }) {
  const [, account] = useAccount();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [attempt, go] = useAttempt(why, async () => {
    if (!email.trim()) throw new SignInFailed(words.failures.missing.email);
    if (!password) throw new SignInFailed(words.failures.missing.password);
    const { Supabase } = await import("./supabase");
    await account.enter(await new Supabase(offer).forPassword(email.trim(), password));
    return "signedIn";
  });
  return (
    <Form attempt={attempt} onSubmit={go}>
      <Field
        label={words.email}
        name="email"
        type="email"
        autoComplete="username"
        autoFocus
        value={email}
        onChange={({ target }) => setEmail(target.value)}
      />
      <Field
        label={words.password}
        name="password"
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={({ target }) => setPassword(target.value)}
      />
    </Form>
  );
}

function WithToken({ why }: { why: string }) {
  const [, account] = useAccount();
  const [token, setToken] = useState("");
  const [attempt, go] = useAttempt(why, async () => {
    if (!token.trim()) throw new SignInFailed(words.failures.missing.token);
    await account.enter(pasted(token));
    return "signedIn";
  });
  return (
    <Form attempt={attempt} onSubmit={go}>
      <Field
        label={words.token}
        hint={words.tokenHint}
        name="token"
        type="password"
        spellCheck={false}
        autoFocus
        value={token}
        onChange={({ target }) => setToken(target.value)}
      />
    </Form>
  );
}

interface Attempt {
  going: boolean;
  failure: string;
}

/** One try to sign in: whether it is going on, and in which words it failed. "leaving": the page is about to be another. */
function useAttempt(why: string, work: () => Promise<"signedIn" | "leaving">): [Attempt, () => Promise<void>] {
  const [attempt, setAttempt] = useState<Attempt>({ going: false, failure: why });
  const go = async () => {
    setAttempt({ going: true, failure: "" });
    try {
      const how = await work();
      setAttempt({ going: how === "leaving", failure: "" });
    } catch (cause) {
      const failure = cause instanceof SignInFailed ? cause.message : words.failures.silent(window.location.host);
      setAttempt({ going: false, failure });
    }
  };
  return [attempt, go];
}

function Form({ attempt, onSubmit, children }: { attempt: Attempt; onSubmit: () => Promise<void>; children: ReactNode }) {
  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void onSubmit();
      }}
    >
      {attempt.failure && (
        <p className={styles.failure} role="alert">
          {attempt.failure}
        </p>
      )}
      {children}
      <Button type="submit" look="primary" icon={LogIn} disabled={attempt.going}>
        {attempt.going ? words.going : words.signIn}
      </Button>
    </form>
  );
}
