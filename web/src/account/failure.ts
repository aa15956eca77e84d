/** Nobody could be signed in, or stay so; the message is a sentence for people. */
export class SignInFailed extends Error {}

/** The issuer did not answer, which says nothing about the account: trying again may help. */
export class IssuerSilent extends SignInFailed {}
