import { membersChat } from '../../chatterbox/test/support/members.js';

membersChat('Hapi', import.meta.url);
