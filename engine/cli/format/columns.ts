/**
 * Text with tabs made into columns, as Docker's tables are: a column is as wide as its widest cell and `padding`
 * blanks, at least `minimum`. The text after a line's last tab belongs to no column. A column ends where a line
 * without that many cells comes (Go's text/tabwriter).
 */
export function columns(text: string, minimum = 10, padding = 3): string {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const widths = lines.map((cells) => new Array<number>(cells.length - 1).fill(0));
  for (let column = 0; column < Math.max(...widths.map((row) => row.length)); column++) {
    for (let top = 0; top < lines.length; top++) {
      if ((widths[top]?.length ?? 0) <= column) continue;
      let bottom = top;
      let width = minimum;
      for (; bottom < lines.length && (widths[bottom]?.length ?? 0) > column; bottom++) {
        width = Math.max(width, [...(lines[bottom]?.[column] ?? '')].length + padding);
      }
      for (let row = top; row < bottom; row++) widths[row]?.splice(column, 1, width);
      top = bottom;
    }
  }
  return lines
    .map((cells, row) =>
      cells
        .map((cell, column) => {
          const width = widths[row]?.[column];
          return width === undefined ? cell : cell + ' '.repeat(Math.max(0, width - [...cell].length));
        })
        .join(''),
    )
    .join('\n');
}
