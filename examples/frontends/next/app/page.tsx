import { Room } from './room';

export default function Page() {
  return <Room />;
}
