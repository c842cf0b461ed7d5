using Weir.Coordinator.Requests;

namespace Weir.Lab.Mdt;

/// <summary>
/// A seeded simulation of the MDTs of one Lustre file system. Time passes only by <see cref="Advance"/>; files
/// <c>&lt;directory&gt;/&lt;host&gt;/&lt;mdt&gt;/hsm/actions</c> appear, change and vanish only by <see cref="WriteFiles"/>.
/// Not for several threads.
/// </summary>
public sealed class MdtCluster
{
    private readonly SimulatedMdt[] _mdts;
    private readonly ActionsFile[] _files;

    /// <param name="directory">Where the files go: empty, or not there yet. Files of an earlier simulation would stay.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public MdtCluster(string directory, MdtClusterOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Now = options.Start;
        Directory = Path.GetFullPath(directory);
        _mdts = [.. Enumerable.Range(0, options.MdtCount).Select(index => new SimulatedMdt(index, options, change => Observer?.Invoke(change)))];
        _files = [.. _mdts.Select((mdt, index) => new ActionsFile(mdt, new(options, index), Directory))];
    }

    /// <summary>Where the files are.</summary>
    public string Directory { get; }

    /// <summary>The pattern that matches every MDT's file.</summary>
    public string Glob => Path.Combine(Directory, "*", "*-MDT????", "hsm", "actions");

    /// <summary>The simulated time.</summary>
    public DateTimeOffset Now { get; private set; }

    public IReadOnlyList<SimulatedMdt> Mdts => _mdts;

    /// <summary>Is told of every step in every request's life; per MDT in the order of time.</summary>
    public Action<ActionChange>? Observer { get; set; }

    /// <summary>What has happened so far, over all MDTs.</summary>
    public MdtCounts Counts => _mdts.Aggregate(new MdtCounts(), (sum, mdt) => sum.Plus(mdt.Counts));

    /// <summary>Has the requests carried out by somebody outside from now on, instead of by simulated agents. To be called before any time passes.</summary>
    public void HandTo(ICopytool copytool)
    {
        ArgumentNullException.ThrowIfNull(copytool);
        foreach (SimulatedMdt mdt in _mdts) mdt.Copytool = copytool;
    }

    /// <summary>
    /// A copytool says what became of a request that it was handed: 0, or a positive error number. False when no MDT has it handed over (any more).
    /// </summary>
    public bool Report(RequestKey key, int errno) => _mdts.Any(mdt => mdt.Report(key, errno));

    /// <summary>Lets time pass.</summary>
    public void Advance(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        Now += time;
        foreach (SimulatedMdt mdt in _mdts) mdt.AdvanceTo(Now);
    }

    /// <summary>Makes the files say what is true now, apart from the damage that the options ask for.</summary>
    /// <param name="clean">Whether to leave out all damage this time.</param>
    /// <returns>What was written, one entry per MDT.</returns>
    public IReadOnlyList<WrittenFile> WriteFiles(bool clean = false) => [.. _files.Select(file => file.Write(clean))];
}
