using Weir.Hsm.Events;
using Weir.Hsm.Live;

namespace Weir.Hsm.Shipping;

/// <summary>An MDT as the shipper knows it: its live actions, as its topic tells them, and where its file was.</summary>
internal sealed class MdtSource(MdtName name, TopicState topic)
{
    public MdtName Name { get; } = name;

    public TopicState Topic { get; } = topic;

    public MdtActions Actions
    {
        get;
        set
        {
            field = value;
            Mark = 0;
        }
    } = new(name, keepsDigests: true);

    /// <summary>The file that was last read for it; null while it was never seen here and only its topic tells of it.</summary>
    public string? Path { get; set; }

    /// <summary>Whether this shipper has read its file and so answers for it.</summary>
    public bool IsOurs => Path is not null;

    /// <summary>Whether it was missing at the last poll.</summary>
    public bool IsMissing { get; set; }

    /// <summary>The poll in which its file was last read.</summary>
    public long PolledIn { get; set; }

    /// <summary>The poll in which its file was last there and could not be read.</summary>
    public long TriedIn { get; set; }

    /// <summary>Marks the entries seen in the current poll; never 0.</summary>
    public byte Mark { get; private set; }

    /// <summary>Drops the live actions; they will be read again.</summary>
    public void Forget() => Actions = new(Name, keepsDigests: true);

    /// <summary>A mark that no entry has.</summary>
    public void NextMark()
    {
        if (Mark == byte.MaxValue)
        {
            for (int slot = 0; slot < Actions.Entries.Slots; slot++) Actions.Entries[slot].Seen = 0;
            Mark = 0;
        }

        Mark++;
    }
}
