using System.Collections;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Weir.Coordinator.Movers.Posix;
using Weir.Lustre;

namespace Weir.Coordinator.Movers.Commands;

/// <summary>
/// Has a program do each action: the file to archive is its standard input, the file to restore its standard output, and which it is stands in its
/// arguments and environment. It runs in a process group of its own, which is ended as a whole when the action is cancelled or takes too long.
/// </summary>
/// <param name="options">Which program.</param>
/// <param name="logger">For what it says.</param>
/// <param name="time">The clock of its time-out.</param>
public sealed class CommandMover(CommandOptions options, ILogger logger, TimeProvider time) : IActionMover
{
    private const string Nothing = "/dev/null";
    private const int LookMs = 100;
    private const int SilentMs = 5;

    /// <inheritdoc/>
    public long Run(ActionRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        HsmAction action = run.Request.Action;
        using SafeFileHandle? file = action == HsmAction.Remove ? null : run.Action.OpenFile();
        FileStatus before = file is null ? default : NativeFiles.Status(file, $"{run.Request.Fid}");
        if (action == HsmAction.Restore) NativeFiles.SetLength(file!, 0, $"{run.Request.Fid}");
        // An attempt before this one has read or written with the same offset.
        if (file is not null) NativeFiles.Rewind(file, $"{run.Request.Fid}");
        int exitCode = RunProgram(run, action, file, out string said);
        if (exitCode != 0)
            throw new MoverException(options.ExitCodes.ErrnoOf(exitCode), $"{options.Words[0]} ended with {Describe(exitCode)}{(said.Length > 0 ? $": {said}" : "")}");
        if (file is null) return 0;
        FileStatus after = NativeFiles.Status(file, $"{run.Request.Fid}");
        if (action == HsmAction.Archive && !before.HasSameContent(after)) throw new MoverException(MoverErrno.Busy, $"{run.Request.Fid} changed while it was archived");
        if (action == HsmAction.Restore) Finish(run, file, after.Size);
        return after.Size;
    }

    private static void Finish(ActionRun run, SafeFileHandle file, long written)
    {
        // A released file still has its size; only the program knows its content.
        using SafeFileHandle? released = NativeFiles.OpenPath($"{run.FileSystem.MountPoint}/.lustre/fid/{run.Request.Fid}");
        long wanted = released is null ? 0 : NativeFiles.Status(released, $"{run.Request.Fid}").Size;
        if (wanted > 0 && wanted != written) throw new MoverException(MoverErrno.InputOutput, $"the program wrote {written} bytes of {run.Request.Fid}, which has {wanted}");
        NativeFiles.Flush(file, $"{run.Request.Fid}");
    }

    private static string Describe(int exitCode) => exitCode switch
    {
        NativeProcess.Lost => "an exit code that somebody else has taken (is SIGCHLD ignored?)",
        < 0 => $"signal {-exitCode}",
        _ => $"exit code {exitCode}",
    };

    private static SafeFileHandle OpenNothing(int flags) => NativeFiles.Open(Nothing, flags, out int errno) ?? throw MoverException.Of(errno, $"Opening {Nothing}");

    private static List<byte[]> InheritedEnvironment()
    {
        var variables = new List<byte[]>();
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
        {
            // What systemd says to this process is not for its children.
            if (variable.Key is string name && !name.StartsWith("WEIR_", StringComparison.Ordinal) && name is not ("NOTIFY_SOCKET" or "WATCHDOG_USEC" or "WATCHDOG_PID"))
                variables.Add(Encoding.UTF8.GetBytes($"{name}={variable.Value}"));
        }

        return variables;
    }

    private int RunProgram(ActionRun run, HsmAction action, SafeFileHandle? file, out string said)
    {
        string path = run.FileSystem.FindPath(run.Request.Fid) is { } known ? $"{run.FileSystem.MountPoint}/{known}" : $"{run.FileSystem.MountPoint}/.lustre/fid/{run.Request.Fid}";
        List<byte[]> environment = [.. InheritedEnvironment(), .. CommandTemplate.Environment(options, run, path)];
        var output = new ChildOutput(line => MoverLog.ProgramSaid(logger, HsmNames.Text(action), run.Request.Fid, line));
        (SafeFileHandle read, SafeFileHandle write) = NativeProcess.Pipe();
        using SafeFileHandle listening = read;
        int pid;
        using (write)
        using (SafeFileHandle nothing = OpenNothing(NativeFiles.ReadOnly))
        {
            int errno = NativeProcess.Start(
                CommandTemplate.Arguments(options, run, path), environment, action == HsmAction.Archive ? file! : nothing, action == HsmAction.Restore ? file! : write, write, out pid);
            if (errno != 0) throw MoverException.Of(errno, $"Starting {options.Words[0]}");
        }

        int exitCode = new RunningProgram(pid, listening, output, options, time).Wait(run);
        output.EndLine();
        said = output.Last;
        return exitCode;
    }

    /// <summary>A program from its start to its end.</summary>
    private sealed class RunningProgram(int pid, SafeFileHandle output, ChildOutput said, CommandOptions options, TimeProvider time)
    {
        private readonly byte[] _buffer = new byte[4096];
        private bool _isSilent;

        /// <exception cref="MoverException">It took too long, or the MDT does not want the action any more.</exception>
        /// <exception cref="OperationCanceledException">The action was cancelled.</exception>
        public int Wait(ActionRun run)
        {
            long start = time.GetTimestamp();
            try
            {
                while (true)
                {
                    if (Look(out int exitCode))
                    {
                        // What it has left running in its group could go on writing.
                        NativeProcess.SignalGroup(pid, NativeProcess.Kill);
                        return exitCode;
                    }

                    run.Report(0, 0);
                    if (options.Timeout > TimeSpan.Zero && time.GetElapsedTime(start) > options.Timeout)
                        throw new MoverException(MoverErrno.TimedOut, $"{options.Words[0]} took longer than {options.Timeout} and was ended");
                }
            }
            catch
            {
                End();
                throw;
            }
        }

        private bool Look(out int exitCode)
        {
            if (_isSilent) Thread.Sleep(SilentMs);
            else if (NativeProcess.WaitReadable(output, LookMs)) Listen();
            if (!NativeProcess.TryReap(pid, out exitCode)) return false;
            while (!_isSilent && NativeProcess.WaitReadable(output, 0)) Listen();
            return true;
        }

        private void Listen()
        {
            int read = NativeProcess.ReadSome(output, _buffer);
            if (read > 0) said.Add(_buffer.AsSpan(0, read));
            else _isSilent = true;
        }

        /// <summary>The whole group, so that nothing of it writes to the file any more when this returns.</summary>
        private void End()
        {
            NativeProcess.SignalGroup(pid, NativeProcess.Terminate);
            long start = time.GetTimestamp();
            bool isReaped = false;
            while (!isReaped && time.GetElapsedTime(start) < options.KillDelay) isReaped = Look(out int _);
            NativeProcess.SignalGroup(pid, NativeProcess.Kill);
            while (!isReaped) isReaped = Look(out int _);
        }
    }
}
