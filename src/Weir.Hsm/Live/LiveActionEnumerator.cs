namespace Weir.Hsm.Live;

/// <summary>Walks the live actions of one MDT.</summary>
public struct LiveActionEnumerator
{
    private readonly MdtActions _actions;
    private int _slot;

    internal LiveActionEnumerator(MdtActions actions)
    {
        _actions = actions;
        _slot = -1;
    }

    public readonly LiveAction Current => new(_actions, _slot);

    public bool MoveNext()
    {
        while (++_slot < _actions.Entries.Slots)
        {
            if ((_actions.Entries[_slot].Flags & EntryFlags.InUse) != 0) return true;
        }

        return false;
    }
}
