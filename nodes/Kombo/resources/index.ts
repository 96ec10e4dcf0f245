import type { Resource } from '../../../lib/action/operation';
import type { KomboApi } from '../api';
import { connection, sync, tool } from './account';
import { komboApiRequest } from './apiRequest';
import { application } from './application';
import { candidate } from './candidate';
import { integration } from './integration';
import { interview } from './interview';
import { job } from './job';
import { attachment, note, scorecard } from './newer';
import { offer } from './offer';
import { passthrough } from './passthrough';
import { rejectionReason, role, stage, tag, user } from './settings';

export const resources: ReadonlyArray<Resource<KomboApi>> = [
	application,
	candidate,
	job,
	interview,
	offer,
	stage,
	tag,
	user,
	role,
	rejectionReason,
	note,
	scorecard,
	attachment,
	integration,
	connection,
	sync,
	tool,
	passthrough,
	komboApiRequest,
];
