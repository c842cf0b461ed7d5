namespace Weir.Server.Roles;

/// <summary>Tells roles that the daemon was told to read its configuration again (SIGHUP). Safe to use from many threads.</summary>
public sealed class ReloadSignal
{
    private Action? _reload;

    /// <summary>Calls this with each signal, until what is returned is disposed.</summary>
    public IDisposable Register(Action reload)
    {
        Change(there => there + reload);
        return new Registration(this, reload);
    }

    /// <summary>Calls everybody, on this thread.</summary>
    public void Raise() => Volatile.Read(ref _reload)?.Invoke();

    private void Change(Func<Action?, Action?> change)
    {
        Action? there;
        do there = Volatile.Read(ref _reload);
        while (Interlocked.CompareExchange(ref _reload, change(there), there) != there);
    }

    private sealed class Registration(ReloadSignal signal, Action reload) : IDisposable
    {
        public void Dispose() => signal.Change(there => there - reload);
    }
}
