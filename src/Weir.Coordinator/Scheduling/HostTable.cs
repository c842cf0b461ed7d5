using System.Text;

namespace Weir.Coordinator.Scheduling;

/// <summary>A host mapping ready for use.</summary>
internal sealed class HostTable(HostMapping mapping)
{
    private readonly byte[] _tag = Encoding.UTF8.GetBytes(mapping.Tag);

    public IReadOnlyList<string> Hosts => mapping.Hosts;

    public bool IsConsistent => mapping.IsConsistent;

    /// <summary>Whether the mapping is for this data: the tag is a part of it, and a consistent one's hint has its place.</summary>
    public bool Matches(ReadOnlySpan<byte> data) => mapping.IsConsistent ? Hints.TryFind(data, _tag, out _) : data.IndexOf(_tag) >= 0;

    /// <summary>The data with the hint's value replaced by its group; null when it stays as it is.</summary>
    public byte[]? Rewrite(ReadOnlySpan<byte> data)
    {
        if (!mapping.IsConsistent || mapping.Groups == 0 || !Hints.TryFind(data, _tag, out Range value)) return null;
        return Hints.Replace(data, value, Hints.Djb2(data[value]) % mapping.Groups);
    }

    /// <summary>The one host that the hint's value leads to.</summary>
    public string HostOf(ReadOnlySpan<byte> data) =>
        mapping.Hosts[(int)(Hints.Djb2(Hints.Find(data, _tag)) % (ulong)mapping.Hosts.Count)];
}
