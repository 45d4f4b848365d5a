/** Steps through the pages of a list; `onBack` and `onNext` are null where there is nothing more. */
export function Pager(props: { page: number; onBack: (() => void) | null; onNext: (() => void) | null }) {
  const { page, onBack, onNext } = props;
  if (onBack === null && onNext === null) return null;
  return (
    <nav className="pager" aria-label="Pages of the list">
      <button type="button" className="quiet" disabled={onBack === null} onClick={() => onBack?.()}>
        Previous
      </button>
      <span aria-live="polite">Page {page}</span>
      <button type="button" className="quiet" disabled={onNext === null} onClick={() => onNext?.()}>
        Next
      </button>
    </nav>
  );
}
