using System.Globalization;
using System.Text;
using Weir.Changelogs.Devices;
using Weir.Lustre.Changelog;

namespace Weir.Lab.Changelogs;

/// <summary>
/// The changelog of a simulated MDT: users with masks, clearing up to the slowest, garbage collection of idle users, and a device
/// to read from with the kernel's rules. Safe for several threads.
/// </summary>
public sealed class SimulatedChangelog(string mdt, TimeProvider time) : IChangelogDevice
{
    private readonly Lock _gate = new();
    private readonly RecordLog _log = new();
    private readonly Dictionary<uint, User> _users = [];
    private readonly byte[] _record = new byte[ChangelogRecord.MaxBytes];
    private uint _lastUser;

    public string Mdt { get; } = mdt;

    public ChangelogFaults Faults { get; } = new();

    /// <summary>What is recorded when no user asks for more.</summary>
    public ChangelogMask Mask { get; set; } = ChangelogMask.Default;

    /// <summary>Idle for longer than this, a user is removed.</summary>
    public TimeSpan MaxIdleTime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Further behind than this, a user is removed.</summary>
    public ulong MaxIdleRecords { get; set; } = ulong.MaxValue;

    /// <summary>Whether users can be seen; a client cannot.</summary>
    public bool ShowsUsers { get; set; } = true;

    /// <summary>The last record written.</summary>
    public ulong CurrentIndex { get; private set; }

    /// <summary>Bytes of the records that are still there.</summary>
    public long SizeBytes
    {
        get
        {
            lock (_gate) return _log.SizeBytes;
        }
    }

    /// <summary>Writes a record with the next index, unless no mask asks for its type or nobody reads.</summary>
    public void Append(ChangelogFields fields)
    {
        lock (_gate)
        {
            if (!IsWanted(fields.Type)) return;
            fields.Index = ++CurrentIndex;
            int length = fields.Write(_record);
            _log.Append(fields.Index, _record.AsSpan(0, length));
        }
    }

    /// <summary>Loses records, as a purge by hand does: their indices are used up.</summary>
    public void Lose(ulong count)
    {
        lock (_gate) CurrentIndex += count;
    }

    /// <summary>Registers a user, who is owed every record from now on.</summary>
    public string Register(string? name = null, ChangelogMask? mask = null)
    {
        lock (_gate)
        {
            uint number = ++_lastUser;
            string id = name is null ? $"cl{number}" : $"cl{number}-{name}";
            _users.Add(number, new User(id, mask) { Index = CurrentIndex, LastClear = time.GetUtcNow() });
            return id;
        }
    }

    public void Deregister(string user)
    {
        lock (_gate)
        {
            if (ChangelogUser.TryParseId(user, out uint number) && _users.Remove(number)) Purge();
        }
    }

    /// <summary>Removes the users that are idle for too long or too far behind, and returns them.</summary>
    public IReadOnlyList<string> CollectGarbage()
    {
        lock (_gate)
        {
            DateTimeOffset now = time.GetUtcNow();
            uint[] idle = [.. _users.Where(user => now - user.Value.LastClear > MaxIdleTime || CurrentIndex - user.Value.Index > MaxIdleRecords).Select(user => user.Key)];
            string[] ids = [.. idle.Select(number => _users[number].Id)];
            foreach (uint number in idle) _users.Remove(number);
            if (idle.Length > 0) Purge();
            return ids;
        }
    }

    public IChangelogStream Open(ulong firstIndex)
    {
        ThrowFault(ChangelogCall.Open, "open the device");
        ulong early = Math.Min(Faults.RepeatRecords, firstIndex > 0 ? firstIndex - 1 : 0);
        return new Reading(this, firstIndex - early);
    }

    public void Clear(string user, ulong index)
    {
        ThrowFault(ChangelogCall.Clear, $"clear records up to {index} for {user}");
        lock (_gate)
        {
            string call = $"clear records up to {index} for {user}";
            if (index > CurrentIndex) throw new ChangelogDeviceException(Mdt, call, ChangelogDeviceException.InvalidArgument);
            if (index == 0) index = CurrentIndex;
            if (!ChangelogUser.TryParseId(user, out uint number) || !_users.TryGetValue(number, out User? found) || found.Index > index)
                throw new ChangelogDeviceException(Mdt, call, ChangelogDeviceException.NoEntry);
            found.Index = index;
            found.LastClear = time.GetUtcNow();
            Purge();
        }
    }

    public ChangelogUsers? ReadUsers()
    {
        if (!ShowsUsers) return null;
        return ChangelogUsers.TryParse(Encoding.ASCII.GetBytes(UsersFile()), out ChangelogUsers users, out _) ? users : null;
    }

    /// <summary>The parameter <c>changelog_users</c>, as an MDT since 2.15 prints it.</summary>
    public string UsersFile()
    {
        lock (_gate)
        {
            var text = new StringBuilder();
            text.Append(CultureInfo.InvariantCulture, $"current_index: {CurrentIndex}\n{"ID",-30}index (idle) mask\n");
            foreach (User user in _users.Values)
            {
                long idle = (long)(time.GetUtcNow() - user.LastClear).TotalSeconds;
                text.Append(CultureInfo.InvariantCulture, $"{user.Id,-30} {user.Index} ({idle})");
                if (user.Mask is { } mask) text.Append(CultureInfo.InvariantCulture, $" mask={mask}");
                text.Append('\n');
            }

            return text.ToString();
        }
    }

    private bool IsWanted(ChangelogType type)
    {
        foreach (User user in _users.Values)
        {
            if ((user.Mask ?? Mask).Contains(type)) return true;
        }

        return false;
    }

    private void Purge() => _log.Purge(_users.Count == 0 ? CurrentIndex : _users.Values.Min(user => user.Index));

    private void ThrowFault(ChangelogCall call, string what)
    {
        if (Faults.Fail?.Invoke(call) is { } errno) throw new ChangelogDeviceException(Mdt, what, errno);
    }

    private sealed class User(string id, ChangelogMask? mask)
    {
        public string Id { get; } = id;

        public ChangelogMask? Mask { get; } = mask;

        public ulong Index { get; set; }

        public DateTimeOffset LastClear { get; set; }
    }

    private sealed class Reading(SimulatedChangelog changelog, ulong next) : IChangelogStream
    {
        private ulong _next = next;

        public int Read(Span<byte> buffer)
        {
            changelog.ThrowFault(ChangelogCall.Read, "read its changelog");
            int read;
            lock (changelog._gate) read = changelog._log.Read(_next, buffer, out _next);
            if (read == 0 || changelog.Faults.Damage is not { } damage) return read;
            byte[] copy = buffer[..read].ToArray();
            damage(copy);
            copy.CopyTo(buffer);
            return read;
        }

        public void Seek(ulong index)
        {
            if (index < _next) throw new ChangelogDeviceException(changelog.Mdt, $"go to record {index}", ChangelogDeviceException.OutOfRange);
            _next = index;
        }

        public ChangelogPoll Poll(TimeSpan timeout)
        {
            lock (changelog._gate) return _next <= changelog.CurrentIndex ? ChangelogPoll.Readable : ChangelogPoll.AtEnd;
        }

        public void Dispose() { }
    }
}
