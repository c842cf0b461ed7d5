using System.Text;
using Weir.Feed;
using Weir.Lustre;

namespace Weir.Hsm.Live;

/// <summary>One live action, as it is known now. Good until the live actions next change.</summary>
public readonly struct LiveAction
{
    private readonly MdtActions _actions;
    private readonly int _slot;

    internal LiveAction(MdtActions actions, int slot)
    {
        _actions = actions;
        _slot = slot;
    }

    public string Mdt => _actions.Name.Text;

    /// <summary>The file, as the MDT prints it, without brackets.</summary>
    public string Fid => Encoding.UTF8.GetString(_actions.FidTextOf(_slot, stackalloc byte[Lustre.Fid.MaxTextLength]));

    public HsmAction Action => Entry.Action;

    /// <summary>The action's name as the MDT prints it, also where <see cref="Action"/> does not know it.</summary>
    public string ActionText => Encoding.UTF8.GetString(_actions.ActionTextOf(_slot));

    public HsmStatus Status => Entry.Status;

    public string StatusText => Encoding.UTF8.GetString(_actions.StatusTextOf(_slot));

    /// <summary>The request's number in its MDT; null when nobody has told.</summary>
    public ulong? Cookie => Entry.HasCookie ? Entry.Cookie : null;

    /// <summary>Where its record stands: catalog index and record index; null when nobody has told.</summary>
    public (uint Catalog, uint Record)? Index => Entry.HasIndex ? (Entry.CatalogIndex, Entry.RecordIndex) : null;

    public uint ArchiveId => Entry.ArchiveId;

    public DateTimeOffset FirstSeen => DateTimeOffset.FromUnixTimeSeconds(Entry.FirstSeen);

    public DateTimeOffset StatusSince => DateTimeOffset.FromUnixTimeSeconds(Entry.StatusSince);

    /// <summary>When the last event of any type about it was made.</summary>
    public DateTimeOffset LastEvent => DateTimeOffset.FromUnixTimeSeconds(Entry.LastEvent);

    /// <summary>The record from which on the topic tells this action's whole state: nothing from it on may be trimmed while the action lives.</summary>
    public RecordId LastState => Entry.LastState;

    /// <summary>A fingerprint of its line.</summary>
    public ulong RawHash => Entry.RawHash;

    private ref readonly ActionEntry Entry => ref _actions.Entries[_slot];
}
