namespace Weir.Erasure.Drives.Verifying;

/// <summary>
/// How many versions can lose how many more shards, set by set and bucket by bucket: what a deployment's parity is really worth today.
/// </summary>
public sealed class RedundancyLedger
{
    /// <summary>Buckets beyond so many are counted together, under "*".</summary>
    private const int MaxRows = 10_000;

    private readonly SortedDictionary<(int Pool, int Set, string Bucket), SortedDictionary<int, long>> _rows = [];

    /// <summary>For each bucket of each set: versions by margin. A margin below 0 says that a server cannot read the version as it is.</summary>
    public IEnumerable<(int Pool, int Set, string Bucket, IReadOnlyDictionary<int, long> VersionsByMargin)> Rows =>
        _rows.Select(row => (row.Key.Pool, row.Key.Set, row.Key.Bucket, (IReadOnlyDictionary<int, long>)row.Value));

    /// <summary>The same over all buckets and sets.</summary>
    public IReadOnlyDictionary<int, long> Total
    {
        get
        {
            var total = new SortedDictionary<int, long>();
            foreach ((int margin, long count) in _rows.Values.SelectMany(row => row)) total[margin] = total.GetValueOrDefault(margin) + count;
            return total;
        }
    }

    public void Add(int pool, int set, string bucket, int margin, long versions)
    {
        if (!_rows.TryGetValue((pool, set, bucket), out SortedDictionary<int, long>? row))
        {
            if (_rows.Count >= MaxRows && bucket != "*")
            {
                Add(pool, set, "*", margin, versions);
                return;
            }

            _rows[(pool, set, bucket)] = row = [];
        }

        row[margin] = row.GetValueOrDefault(margin) + versions;
    }
}
