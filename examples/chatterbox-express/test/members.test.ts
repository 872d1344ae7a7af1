import { membersChat } from '../../chatterbox/test/support/members.js';

membersChat('Express', import.meta.url);
