using System.Text;
using Weir.Feed;

namespace Weir.Cli.Verbs.Feed;

/// <summary>Lets through the records of some types, or all when none is named.</summary>
internal sealed class TypeFilter(IEnumerable<string> types)
{
    private readonly byte[][] _types = [.. types.Select(Encoding.UTF8.GetBytes)];

    public bool Matches(RecordView record)
    {
        if (_types.Length == 0) return true;
        foreach (byte[] type in _types)
        {
            if (record.Type.SequenceEqual(type)) return true;
        }

        return false;
    }
}
