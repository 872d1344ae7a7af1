import { membersChat } from '../../chatterbox/test/support/members.js';

membersChat('Koa', import.meta.url);
