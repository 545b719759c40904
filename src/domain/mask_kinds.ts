/**
 * Kinds of tokens that are recognized by their own shape: those of a maintained public list, gitleaks' default
 * configuration, under the names that it gives them, and some that it lacks. Kinds that only a vendor's name beside them
 * makes a secret are no rows: their names are (see mask_names.ts). Pure.
 */
import { lazy } from "../lib/lazy.ts";

/**
 * Its name, the source of what it begins with, the alphabet of the rest and how many of it there are at least.
 *
 * The least is about half of a real token's where the beginning is telling, because texts are cut before they are
 * searched. `exact`: where it is not, so many and no more.
 */
export type TokenKind = readonly [id: string, prefix: string, alphabet: string, least: number, exact?: "exact"];

const HEX = "a-f0-9";
const ANY_HEX = "A-Fa-f0-9";
const LOWER = "a-z0-9";
const UPPER = "A-Z0-9";
const ALNUM = "A-Za-z0-9";
const WORD = "\\w-";
const PADDED = "\\w=-";
const BASE64 = "A-Za-z0-9+/=";

/** The kinds of the list. Where two begin alike, the longer comes first. */
export const LISTED_KINDS: readonly TokenKind[] = [
  ["1password-secret-key", "A3-[A-Z0-9]{6}-[A-Z0-9]{6}-?[A-Z0-9]{5}-", "A-Z0-9-", 17],
  ["1password-service-account-token", "ops_eyJ", BASE64, 100],
  ["adobe-client-secret", "p8e-", ALNUM, 32],
  ["age-secret-key", "AGE-SECRET-KEY-", UPPER, 20],
  ["airtable-personnal-access-token", "pat[A-Za-z0-9]{14}\\.", HEX, 32],
  ["alibaba-access-key-id", "LTAI", ALNUM, 20, "exact"],
  ["anthropic-admin-api-key", "sk-ant-admin01-", WORD, 8],
  ["anthropic-api-key", "sk-ant-", WORD, 8],
  ["artifactory-api-key", "AKCp", ALNUM, 69, "exact"],
  ["artifactory-reference-token", "cmVmd", ALNUM, 59, "exact"],
  ["atlassian-api-token", "ATATT3", PADDED, 60],
  [
    "authress-service-client-access-key",
    "(?:sc|ext|scauth|authress)_[A-Za-z0-9]{5,30}\\.[A-Za-z0-9]{4,6}\\.acc[_-][A-Za-z0-9-]{10,32}\\.",
    "\\w+/=-",
    30,
  ],
  ["aws-access-token", "(?:A3T[A-Z0-9]|A[KS]IA|ABIA|ACCA)", UPPER, 16],
  ["aws-amazon-bedrock-api-key-long-lived", "ABSK", BASE64, 100],
  ["aws-amazon-bedrock-api-key-short-lived", "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t", BASE64, 1],
  ["azure-ad-client-secret", "[\\w~.]{2,3}\\dQ~", "\\w~.-", 31],
  ["clickhouse-cloud-api-secret-key", "4b1d", ALNUM, 38, "exact"],
  ["clojars-api-token", "(?i:CLOJARS_)", ALNUM, 30],
  ["cloudflare-origin-ca-key", "v1\\.0-[a-f0-9]{24}-", HEX, 70],
  ["databricks-api-token", "dapi", `${HEX}-`, 32],
  ["defined-networking-api-token", "dnkey-", PADDED, 40],
  ["digitalocean-access-token", "doo_v1_", HEX, 32],
  ["digitalocean-pat", "dop_v1_", HEX, 32],
  ["digitalocean-refresh-token", "dor_v1_", HEX, 32],
  ["doppler-api-token", "dp\\.pt\\.", ALNUM, 22],
  ["dropbox-short-lived-api-token", "sl\\.", PADDED, 100],
  ["duffel-api-token", "duffel_(?:test|live)_", PADDED, 22],
  ["dynatrace-api-token", "dt0c01\\.[A-Za-z0-9]{24}\\.", ALNUM, 32],
  ["easypost-api-token", "EZAK", ALNUM, 54],
  ["easypost-test-api-token", "EZTK", ALNUM, 54],
  ["facebook-access-token", "\\d{15,16}[|%]", WORD, 27],
  ["facebook-page-access-token", "EAA[MC]", ALNUM, 100],
  ["flutterwave-encryption-key", "FLWSECK_TEST-", "A-Ha-h0-9", 12],
  ["flutterwave-public-key", "FLWPUBK_TEST-", "A-Ha-h0-9X-", 32],
  ["flutterwave-secret-key", "FLWSECK_TEST-", "A-Ha-h0-9X-", 32],
  ["flyio-access-token", "(?:fo1|fm1[ar]|fm2)_", "\\w+/=-", 40],
  ["frameio-api-token", "fio-u-", PADDED, 32],
  ["gcp-api-key", "AIza", WORD, 30],
  ["github-app-token", "gh[us]_", ALNUM, 16],
  ["github-fine-grained-pat", "github_pat_", "\\w", 20],
  ["github-oauth", "gho_", ALNUM, 16],
  ["github-pat", "ghp_", ALNUM, 16],
  ["github-refresh-token", "ghr_", ALNUM, 16],
  ["gitlab-cicd-job-token", "glcbt-", WORD, 16],
  ["gitlab-deploy-token", "gldt-", WORD, 16],
  ["gitlab-feature-flag-client-token", "glffct-", WORD, 16],
  ["gitlab-feed-token", "glft-", WORD, 16],
  ["gitlab-incoming-mail-token", "glimt-", WORD, 16],
  ["gitlab-kubernetes-agent-token", "glagent-", WORD, 25],
  ["gitlab-oauth-app-secret", "gloas-", WORD, 32],
  ["gitlab-pat-routable", "glpat-[\\w-]{27,300}\\.", LOWER, 9],
  ["gitlab-pat", "glpat-", WORD, 12],
  ["gitlab-ptt", "glptt-", HEX, 20],
  ["gitlab-rrt", "GR1348941", WORD, 16],
  ["gitlab-runner-authentication-token-routable", "glrt-t\\d_[\\w-]{27,300}\\.", LOWER, 9],
  ["gitlab-runner-authentication-token", "glrt-", WORD, 16],
  ["gitlab-scim-token", "glsoat-", WORD, 16],
  ["gitlab-session-cookie", "(?<=_gitlab_session=)", LOWER, 16],
  ["grafana-api-key", "eyJrIjoi", BASE64, 60],
  ["grafana-cloud-api-token", "glc_", BASE64, 32],
  ["grafana-service-account-token", "glsa_", `${ALNUM}_`, 20],
  ["harness-api-key", "[ps]at\\.[\\w-]{22}\\.[A-Za-z0-9]{24}\\.", ALNUM, 10],
  ["hashicorp-tf-api-token", "[A-Za-z0-9]{14}\\.atlasv1\\.", PADDED, 30],
  ["heroku-api-key-v2", "HRKU-AA", WORD, 30],
  ["huggingface-access-token", "hf_", ALNUM, 16],
  ["huggingface-organization-api-token", "api_org_", ALNUM, 24],
  ["infracost-api-token", "ico-", ALNUM, 32],
  ["intra42-client-secret", "s-s4t2(?:ud|af)-", ANY_HEX, 32],
  ["jwt", "eyJ[\\w-]{8,1024}\\.[\\w-]{8,16384}\\.", WORD, 4],
  ["jwt-base64", "ZXlK", BASE64, 60],
  ["linear-api-key", "lin_api_", ALNUM, 20],
  ["mailchimp-api-key", "[a-f0-9]{32}-us", "0-9", 2, "exact"],
  ["mapbox-api-token", "pk\\.[A-Za-z0-9]{60}\\.", ALNUM, 22],
  ["maxmind-license-key", "[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mm", "k", 1, "exact"],
  ["microsoft-teams-webhook", "(?<=/IncomingWebhook/)", LOWER, 32],
  ["new-relic-browser-api-token", "NRJS-", HEX, 19],
  ["new-relic-insert-key", "NRII-", `${ALNUM}-`, 32],
  ["new-relic-user-api-key", "NRAK-", ALNUM, 27],
  ["notion-api-token", "ntn_\\d{11}", ALNUM, 12],
  ["npm-access-token", "npm_", ALNUM, 20],
  ["octopus-deploy-api-key", "API-", UPPER, 26, "exact"],
  ["openai-api-key", "sk-(?:proj|svcacct|admin)-", WORD, 40],
  ["openshift-user-token", "sha256~", WORD, 30],
  ["perplexity-api-key", "pplx-", ALNUM, 24],
  ["plaid-api-token", "access-(?:sandbox|development|production)-", `${HEX}-`, 36],
  ["planetscale-api-token", "pscale_tkn_", "\\w=.-", 20],
  ["planetscale-oauth-token", "pscale_oauth_", "\\w=.-", 20],
  ["planetscale-password", "pscale_pw_", "\\w=.-", 20],
  ["postman-api-token", "PMAK-", `${ANY_HEX}-`, 30],
  ["prefect-api-token", "pnu_", ALNUM, 24],
  ["pulumi-api-token", "pul-", HEX, 40],
  ["pypi-upload-token", "pypi-AgE", WORD, 24],
  ["readme-api-token", "rdme_", LOWER, 35],
  ["rubygems-api-token", "rubygems_", HEX, 24],
  ["scalingo-api-token", "tk-us-", WORD, 40],
  ["sendgrid-api-token", "SG\\.[\\w=-]{16,64}\\.", PADDED, 16],
  ["sendinblue-api-token", "xkeysib-", `${ALNUM}-`, 40],
  ["sentry-org-token", "sntrys_eyJ", "\\w+/=", 40],
  ["sentry-user-token", "sntryu_", HEX, 32],
  ["settlemint-application-access-token", "sm_aat_", ALNUM, 16],
  ["settlemint-personal-access-token", "sm_pat_", ALNUM, 16],
  ["settlemint-service-access-token", "sm_sat_", ALNUM, 16],
  ["shippo-api-token", "shippo_(?:live|test)_", ANY_HEX, 20],
  ["shopify-access-token", "shpat_", ANY_HEX, 16],
  ["shopify-custom-access-token", "shpca_", ANY_HEX, 16],
  ["shopify-private-app-access-token", "shppa_", ANY_HEX, 16],
  ["shopify-shared-secret", "shpss_", ANY_HEX, 16],
  ["slack-app-token", "xapp-", WORD, 12],
  ["slack-bot-token", "xoxb-", WORD, 8],
  ["slack-config-access-token", "xoxe\\.xox[bp]-", WORD, 60],
  ["slack-config-refresh-token", "xoxe-", WORD, 8],
  ["slack-legacy-bot-token", "xoxb-", WORD, 8],
  ["slack-legacy-token", "xox[os]-", WORD, 8],
  ["slack-legacy-workspace-token", "xox[ar]-", WORD, 8],
  ["slack-user-token", "xox[pe]-", WORD, 8],
  ["slack-webhook-url", "(?<=hooks\\.slack\\.com/(?:services|workflows|triggers)/)", "A-Za-z0-9+/", 36],
  ["sonar-api-token", "sq[upa]_", ALNUM, 30],
  ["sourcegraph-access-token", "sgp_(?:(?:[A-Fa-f0-9]{16}|local)_)?", ANY_HEX, 40],
  ["square-access-token", "(?:EAAA|sq0atp-)", WORD, 22],
  ["stripe-access-token", "[rs]k_(?:test|live|prod)_", "\\w", 10],
  ["twilio-api-key", "SK", ANY_HEX, 32, "exact"],
  ["typeform-api-token", "tfp_", "\\w=.-", 40],
  ["vault-batch-token", "hvb\\.", WORD, 60],
  ["vault-service-token", "(?:hvs\\.|s\\.(?=[A-Za-z]{0,23}\\d)(?=[A-Za-z0-9]{24}(?![\\w.-])))", WORD, 20],
  ["yandex-access-token", "t1\\.[\\w-]{1,64}={0,2}\\.", PADDED, 80],
  ["yandex-api-key", "AQVN", WORD, 35],
];

/** What the list lacks, or recognizes by a vendor's name only: Telegram's bots, Google's OAuth, Docker, OpenRouter, OpenAI's older keys. */
export const OWN_KINDS: readonly TokenKind[] = [
  ["telegram-bot-token", "(?:bot)?\\d{8,10}:", WORD, 35, "exact"],
  ["google-oauth-token", "ya29\\.", WORD, 20],
  ["docker-pat", "dckr_pat_", WORD, 20],
  ["openrouter-api-key", "sk-or-v1-", HEX, 16],
  ["openai-legacy-api-key", "sk-", ALNUM, 20],
];

/** A token of any kind, by one expression. Most words are shorter than any, which spares the look at each kind. */
export const anyToken = lazy(() =>
  new RegExp(
    `\\b(?=[\\w.~|%:+/=-]{13})(?:${[...new Set([...LISTED_KINDS, ...OWN_KINDS].map(tokenPattern))].join("|")})`,
    "g",
  )
);

/** The expression of one kind. */
export function tokenPattern([, prefix, alphabet, least, exact]: TokenKind): string {
  return `${prefix}[${alphabet}]${exact === undefined ? `{${least},}` : `{${least}}(?![\\w-])`}`;
}
