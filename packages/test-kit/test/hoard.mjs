/** Takes all memory there is. */
export default function setup() {
  return {
    hoard() {
      const hoard = [];
      for (;;) hoard.push(new Array(10_000).fill(hoard.length));
    },
  };
}
