namespace Weir.Lab.Mdt;

/// <summary>
/// The live records of an MDT in the order of its llog, and their indices: each record gets the next free pair of catalog and
/// record index, and after the last pair it starts again at the first.
/// </summary>
internal sealed class LlogCatalog(int catalogSlots, int recordsPerLog)
{
    private readonly bool[] _taken = new bool[catalogSlots * recordsPerLog];
    private readonly bool[] _wasTaken = new bool[catalogSlots * recordsPerLog];
    private readonly List<Request?> _records = [];
    private int _next;

    public int Count { get; private set; }

    /// <summary>How many records got an index that another had had before.</summary>
    public long Reuses { get; private set; }

    public bool IsFull => Count == _taken.Length;

    /// <summary>The live records, oldest first.</summary>
    public IEnumerable<Request> Records
    {
        get
        {
            foreach (Request? record in _records)
            {
                if (record is not null) yield return record;
            }
        }
    }

    /// <exception cref="InvalidOperationException">The catalog is full.</exception>
    public void Add(Request request)
    {
        if (IsFull) throw new InvalidOperationException("The catalog is full.");
        while (_taken[_next]) _next = (_next + 1) % _taken.Length;
        if (_wasTaken[_next]) Reuses++;
        _taken[_next] = _wasTaken[_next] = true;
        request.CatalogIndex = (uint)(_next / recordsPerLog) + 1;
        request.RecordIndex = (uint)(_next % recordsPerLog) + 1;
        request.Place = _records.Count;
        _records.Add(request);
        _next = (_next + 1) % _taken.Length;
        Count++;
    }

    public void Remove(Request request) => Free(request.CatalogIndex, request.RecordIndex, request.Place);

    /// <summary>Puts the record at the end under a new index.</summary>
    /// <exception cref="InvalidOperationException">The catalog is full: the new record is written before the old one is canceled.</exception>
    public void Move(Request request)
    {
        (uint catalogIndex, uint recordIndex, int place) = (request.CatalogIndex, request.RecordIndex, request.Place);
        Add(request);
        Free(catalogIndex, recordIndex, place);
    }

    private void Free(uint catalogIndex, uint recordIndex, int place)
    {
        _taken[((int)catalogIndex - 1) * recordsPerLog + (int)recordIndex - 1] = false;
        _records[place] = null;
        Count--;
        if (_records.Count > 64 && _records.Count > 2 * Count) Compact();
    }

    private void Compact()
    {
        _records.RemoveAll(record => record is null);
        for (int place = 0; place < _records.Count; place++) _records[place]!.Place = place;
    }
}
