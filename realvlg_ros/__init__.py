"""From an instruction and RGB-D images to stable, collision-checked 6-DoF grasps."""

# A source checkout on sys.path joins the installed package, which holds the
# generated interfaces (realvlg_ros.msg, .srv, .action).
__path__ = __import__('pkgutil').extend_path(__path__, __name__)

__version__ = '0.1.0'
