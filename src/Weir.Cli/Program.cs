using Weir.Cli.Running;
using Weir.Cli.Terminals;

return await Application.RunAsync(args, Terminal.OfProcess());
