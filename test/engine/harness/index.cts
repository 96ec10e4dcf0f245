/**
 * n8n's own engine inside a test: nodes run through WorkflowExecute, PollContext, WebhookContext and LoadOptionsContext of
 * n8n-core, over real HTTP, with credentials handled as n8n's server handles them.
 */
import './environment.cts';

export { StoredCredentials } from './credentials.cts';
export type { CredentialStore } from './credentials.cts';
export { listSearch, loadOptions, resourceMapper, testCredential } from './editor.cts';
export type { CredentialVerdict, EditorOptions } from './editor.cts';
export { binaryFile, readBinary } from './host.cts';
export { fullTypeName, loadPackage, registerCredential, registerNode, versionsOf } from './package.cts';
export { PollHost, pollNode } from './poll.cts';
export type { HostMode, OnePollOptions, Poll, PollOptions } from './poll.cts';
export { inARow, node, runNode, runTool, runWorkflow } from './run.cts';
export type { NodeOptions, Outcome, RunOptions, ToolOutcome, WorkflowJson } from './run.cts';
export { deliverTo, serveWebhook, webhookNode } from './webhook.cts';
export type { Delivery, DeliveryOptions, WebhookOptions, WebhookServer } from './webhook.cts';
