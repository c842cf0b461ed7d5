using System.Text;
using Weir.Feed;
using Weir.Feed.Consuming;

namespace Weir.Cli.Verbs.Feed;

/// <summary>Lets through the records of some types, or of all when none is named, that a filter takes.</summary>
internal sealed class TypeFilter(IEnumerable<string> types, RecordFilter? filter = null)
{
    private readonly byte[][] _types = [.. types.Select(Encoding.UTF8.GetBytes)];

    public bool Matches(RecordView record)
    {
        if (filter is not null && !filter.Matches(record)) return false;
        if (_types.Length == 0) return true;
        foreach (byte[] type in _types)
        {
            if (record.Type.SequenceEqual(type)) return true;
        }

        return false;
    }
}
