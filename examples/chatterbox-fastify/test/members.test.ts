import { membersChat } from '../../chatterbox/test/support/members.js';

membersChat('Fastify', import.meta.url);
