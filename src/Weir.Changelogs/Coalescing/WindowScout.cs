
namespace Weir.Changelogs.Coalescing;

/// <summary>Goes before the giving out of records, and asks for the memory that it will need.</summary>
internal struct WindowScout
{
    /// <summary>How many records it is ahead.</summary>
    public const int Ahead = 8;

    private readonly RecordWindow _window;
    private readonly FileTable _files;
    private readonly bool _isWanted;
    private int _far;
    private int _near;
    private int _farCount;

    public WindowScout(RecordWindow window, FileTable files, bool isWanted)
    {
        (_window, _files, _isWanted) = (window, files, isWanted);
        window.FreeGone();
        _far = _near = window.Head;
        for (int i = 0; isWanted && i < Ahead; i++) Step();
    }

    /// <summary>One record further; to be called before each that is given out.</summary>
    public void Step()
    {
        if (!_isWanted) return;
        StepFar();
        if (_farCount > Ahead / 2) StepNear();
    }

    /// <summary>Asks for the states of the files that a record names.</summary>
    private void StepFar()
    {
        _far = SkipGone(_far);
        if (_far == _window.Tail || _window[_far].State != SlotState.Held) return;
        ref Slot slot = ref _window[_far];
        if (slot.File >= 0) _files.FetchState(slot.File);
        if (slot.Parent >= 0) _files.FetchState(slot.Parent);
        if (slot.SourceParent >= 0) _files.FetchState(slot.SourceParent);
        _far = _window.Next(_far);
        _farCount++;
    }

    /// <summary>Asks for the cell of a file that may have to leave the table.</summary>
    private void StepNear()
    {
        _near = SkipGone(_near);
        if (_near == _window.Tail || _window[_near].State != SlotState.Held) return;
        ref Slot slot = ref _window[_near];
        if (slot.File >= 0) _files.FetchCell(FileTable.Hash(_files[slot.File].Fid));
        _near = _window.Next(_near);
    }

    private readonly int SkipGone(int position)
    {
        while (position != _window.Tail && _window[position].State == SlotState.Gone) position = _window.Next(position);
        return position;
    }
}
