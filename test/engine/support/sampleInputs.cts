/** Values that work in the sandbox where neither a field's list nor its placeholder gives one. */
import type { INodeParameters, NodeParameterValueType } from 'n8n-workflow';

import { channelIdOf, mainThreadOf } from '../../../sandbox/chatkitty/records.cts';
import { integrationIdOf as knitIntegrationOf } from '../../../sandbox/knit/state.cts';
import { opaqueId } from '../../../sandbox/random.cts';
import { Aliases, type World } from '../../../sandbox/world.cts';

/** By `node.resource.operation.field` (`*` for every operation, `@provider` behind it in the ATS node). */
export type Fills = Readonly<Record<string, (world: World) => NodeParameterValueType>>;

function first<T>(rows: readonly T[], fits: (row: T) => boolean = () => true): T {
	const found = rows.find(fits);
	if (found === undefined) throw new Error(`The world has no such row (among ${rows.length}): ${String(fits)}`);
	return found;
}

const alive = <T extends { deletedAt: number | null }>(rows: readonly T[], fits: (row: T) => boolean = () => true): T => first(rows, (row) => row.deletedAt === null && fits(row));
const application = (world: World) => alive(world.applications.rows);
const candidate = (world: World) => alive(world.candidates.rows);
const group = (world: World) => String(channelIdOf(alive(world.chatChannels.rows, ({ kind }) => kind !== 'DIRECT')));
const thread = (world: World) => String(mainThreadOf(alive(world.chatChannels.rows)));
const cvKey = (world: World) => {
	const file = alive(world.attachments.rows, ({ kind, fileName }) => kind === 'CV' && fileName.endsWith('.pdf'));
	const id = new Aliases(world, (label, number) => opaqueId(`flatchr/${label}`, number, 16)).of('attachment', file);
	return `candidates/${new Date(file.createdAt).toISOString().slice(0, 7).replace('-', '/')}/${id}/${file.fileName.slice(0, -'.pdf'.length)}`;
};
const files: INodeParameters = { row: [{ fileType: 'RESUME', binaryField: 'data' }] };
const json = (value: unknown) => JSON.stringify(value);
const always = (value: NodeParameterValueType) => () => value;

export const fills: Fills = {
	'ats.application.create.additionalFields@knit': always({ phone: '+49 30 1234567' }),
	'ats.application.create.files@flatchr': always(files),
	'ats.application.reject.rejectionReasonId@kombo': (world) => alive(world.rejectionReasons.rows).id,

	'chatKitty.message.getAll.threadId': thread,
	'chatKitty.import.*.maxWaitMinutes': always(1),
	'chatKitty.export.*.maxWaitMinutes': always(1),
	'chatKitty.job.wait.maxWaitMinutes': always(1),
	'chatKitty.message.update.changes': always({ body: 'Corrected' }),
	'chatKitty.channel.create.type': always('PRIVATE'),
	'chatKitty.channel.create.name': always('hiring-berlin'),
	'chatKitty.channel.update.changes': always({ displayName: 'Hiring' }),
	'chatKitty.channel.getMembers.channelId': group,
	'chatKitty.channel.getMemberships.channelId': group,
	'chatKitty.channel.getModerators.channelId': group,
	'chatKitty.channel.removeMember.channelId': group,
	'chatKitty.channel.removeModerator.channelId': group,
	'chatKitty.import.channels.rows': always(json([{ type: 'PUBLIC', name: 'imported', members: 'jane@example.com' }])),
	'chatKitty.import.members.rows': always(json([{ username: 'jane@example.com' }])),
	'chatKitty.import.messages.rows': (world) => json([{ channel_id: Number(group(world)), body: 'Hello' }]),
	'chatKitty.thread.*.threadId': thread,
	'chatKitty.user.create.username': always('a.new.person@example.com'),
	'chatKitty.user.update.changes': always({ displayName: 'Jane' }),

	'chatTechnologies.message.create.content': (world) => json({ candidate_id: String(candidate(world).number), body: 'Can we talk tomorrow?' }),
	'chatTechnologies.candidate.create.email': always('ada.new@example.com'),
	'chatTechnologies.candidate.create.additionalFields': always({ firstName: 'Ada' }),
	'chatTechnologies.candidate.update.updateFields': always({ firstName: 'Ada' }),
	'chatTechnologies.company.update.updateFields': always({ name: 'Acme' }),
	'chatTechnologies.department.update.updateFields': always({ name: 'Engineering' }),
	'chatTechnologies.role.update.updateFields': always({ name: 'Backend Developer' }),

	'flatchr.candidate.addMeta.reference': (world) => candidate(world).emails[0]?.address ?? '',
	'flatchr.candidate.downloadCv.key': cvKey,
	'flatchr.candidate.downloadCv.extension': always('pdf'),

	'knit.application.create.existingCandidateId': (world) => candidate(world).id,
	'knit.application.addAttachment.body': (world) => json({ applicationId: application(world).id, attachment: { name: 'cv.pdf', type: 'RESUME', attachmentContent: { type: 'URL', content: 'https://example.com/cv.pdf' } } }),
	'knit.application.updateStage.body': (world) => json({ applicationId: application(world).id, stageId: application(world).stageId }),
	'knit.candidate.addTag.body': (world) => json({ candidateId: candidate(world).id, tag: { text: 'talent pool' } }),
	'knit.candidate.search.firstName': (world) => candidate(world).firstName,
	'knit.integration.deactivate.integrationToDeactivate': (world) => knitIntegrationOf(world, 'lever'),
	'knit.passthrough.send.path': (world) => `applications/${application(world).id}`,
	'knit.sync.setWatchedFields.jsonPaths': always('$.currentStage'),
	'knit.sync.startCustom.listIdentifier': always('$.items'),
	'knit.sync.subscribe.events': always(['ats_jobs_new']),

	'kombo.application.importTracked.jobRemoteId': (world) => alive(world.jobs.rows).id,
	'kombo.application.importTracked.candidateRemoteId': (world) => candidate(world).id,
	'kombo.application.*.endTime': always('2026-03-31T10:30:00.000Z'),
	'kombo.application.updateInterview.applicationId': (world) => alive(world.interviews.rows).applicationId,
	'kombo.application.updateInterview.interviewId': (world) => alive(world.interviews.rows).id,
	'kombo.candidate.create.email': always('a.new.person@example.com'),
	'kombo.interview.get.id': (world) => alive(world.interviews.rows).id,
	'kombo.offer.get.id': (world) => alive(world.offers.rows).id,
	'kombo.note.get.id': (world) => alive(world.notes.rows).id,
	'kombo.scorecard.get.id': (world) => alive(world.scorecards.rows).id,
	'kombo.attachment.get.id': (world) => alive(world.attachments.rows).id,
};
